package app.rodmena.auth.admin;

import io.undertow.server.HttpServerExchange;

/** The response of an endpoint: complete in memory, or a stream. */
@FunctionalInterface
interface ResponseWriter {
    /** Starts sending the response and ensures that the exchange ends eventually. Never blocks. */
    void send(HttpServerExchange exchange);
}
