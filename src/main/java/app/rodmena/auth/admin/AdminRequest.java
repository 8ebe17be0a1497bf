package app.rodmena.auth.admin;

import app.rodmena.auth.http.ContentNegotiation;
import app.rodmena.auth.http.JsonFields;
import app.rodmena.auth.http.QueryParameters;
import app.rodmena.auth.http.Request;
import app.rodmena.auth.security.OperatorSession;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Set;

/** An authorized request. */
final class AdminRequest {
    private final Request<AdminRoutes.AdminEndpoint> head;
    private final OperatorSession session;
    private final byte[] body;

    AdminRequest(Request<AdminRoutes.AdminEndpoint> head, OperatorSession session, byte[] body) {
        this.head = head;
        this.session = session;
        this.body = body;
    }

    OperatorSession session() {
        return session;
    }

    /** The parameter of the path. */
    String name() {
        return head.parameters().get(0);
    }

    String header(HttpString name) {
        return head.header(name);
    }

    /** The content type with the highest weight in the Accept header; the first one if the header names none. */
    String preferredOf(String... types) {
        return ContentNegotiation.preferred(header(Headers.ACCEPT), List.of(types));
    }

    JsonFields fields(Set<String> known) {
        return JsonFields.of(body, known);
    }

    QueryParameters parameters(Set<String> known) {
        return QueryParameters.of(head.exchange(), known);
    }
}
