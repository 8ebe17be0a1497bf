package app.rodmena.auth.http;

import app.rodmena.auth.database.DatabaseFailure;
import io.undertow.util.Headers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The error responses: a status and a message for each reason. */
final class ErrorResponses {
    private ErrorResponses() {}

    static Response notFound() {
        return Response.error(404, "No such path");
    }

    static Response methodNotAllowed(String allow) {
        return Response.error(405, "This path does not take that method; it takes " + allow)
                .with(Headers.ALLOW, allow);
    }

    static Response keyMissing() {
        return Response.error(401, "A client key is needed: Authorization: Bearer <UUID version 4>")
                .with(Headers.WWW_AUTHENTICATE, "Bearer realm=\"auth\"");
    }

    static Response badRequest(String message) {
        return Response.error(400, message);
    }

    static Response malformedPath() {
        return badRequest("The path is not percent-encoded UTF-8");
    }

    static Response targetTooLong(int most) {
        return Response.error(414, "The request target is longer than %s bytes".formatted(most));
    }

    static Response headerTooLarge(int most) {
        return Response.error(431, "The request's headers are larger than %s bytes".formatted(most));
    }

    static Response bodyTooLarge(int most) {
        return Response.error(413, "The request's body is larger than %s bytes".formatted(most))
                .closing();
    }

    static Response bodyTooSlow() {
        return Response.error(408, "The request's body did not arrive in time").closing();
    }

    static Response tooManyBodies() {
        return unavailable("Too many large requests at once", Map.of(), 1).closing();
    }

    static Response tooManyUnread() {
        return unavailable(
                "Too many answers wait for their clients to read them", Map.of("reason", "UNREAD_RESPONSES"), 1);
    }

    static Response stopping() {
        return noAnswer(new DatabaseFailure(DatabaseFailure.Reason.SHUTTING_DOWN, "stopping", null), Optional.empty())
                .closing();
    }

    /** The response to a database failure: 503 with the reason, Retry-After, and the id of the incident, if any. */
    static Response noAnswer(DatabaseFailure failure, Optional<String> incident) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("reason", failure.reason().name());
        incident.ifPresent(id -> details.put("incident", id));
        return switch (failure.reason()) {
            case POOL_TIMEOUT -> unavailable("No database connection came free in time", details, 1);
            case QUEUE_FULL -> unavailable("Too many requests are waiting for a database connection", details, 1);
            case DATABASE_DOWN -> unavailable("The database does not answer", details, 5);
            case NOT_PREPARED -> unavailable("The database is not prepared yet", details, 5);
            case DATABASE_TROUBLE -> unavailable("The database can't do this now", details, 5);
            case PERMISSION_DENIED, SCHEMA_MISMATCH ->
                unavailable("The database refuses the statement: " + failure.getMessage(), details, 5);
            case STATEMENT_TIMEOUT -> unavailable("The database took too long to answer", details, 5);
            case SHUTTING_DOWN -> unavailable("This server is stopping", details, 5);
        };
    }

    private static Response unavailable(String message, Map<String, Object> details, int retryAfterSeconds) {
        return Response.error(503, message, details).with(Headers.RETRY_AFTER, Integer.toString(retryAfterSeconds));
    }
}
