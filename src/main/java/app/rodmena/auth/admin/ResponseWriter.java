package app.rodmena.auth.admin;

import io.undertow.server.HttpServerExchange;

/** What a page answers with. */
@FunctionalInterface
interface ResponseWriter {
    /** Sends it, and sees to it that the exchange ends some time. Never blocks. */
    void send(HttpServerExchange exchange);
}
