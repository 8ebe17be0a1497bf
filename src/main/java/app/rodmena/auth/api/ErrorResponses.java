package app.rodmena.auth.api;

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
        return Response.error(405, "Method not allowed; this path allows " + allow)
                .with(Headers.ALLOW, allow);
    }

    static Response keyMissing() {
        return Response.error(401, "A client key is required: Authorization: Bearer <UUID version 4>")
                .with(Headers.WWW_AUTHENTICATE, "Bearer realm=\"auth\"");
    }

    static Response badRequest(String message) {
        return Response.error(400, message);
    }

    static Response malformedPath() {
        return badRequest("The path is not percent-encoded UTF-8");
    }

    static Response targetTooLong(int maxBytes) {
        return Response.error(414, "The request target is longer than %s bytes".formatted(maxBytes));
    }

    static Response headerTooLarge(int maxBytes) {
        return Response.error(431, "The request's headers are larger than %s bytes".formatted(maxBytes));
    }

    static Response bodyTooLarge(int maxBytes) {
        return Response.error(413, "The request's body is larger than %s bytes".formatted(maxBytes))
                .closing();
    }

    static Response bodyTooSlow() {
        return Response.error(408, "The request's body did not arrive in time").closing();
    }

    static Response tooManyBodies() {
        return unavailable("Too many requests with large bodies", Map.of(), 1).closing();
    }

    static Response tooManyUnread() {
        return unavailable(
                "Too many responses are waiting to be read by their clients", Map.of("reason", "UNREAD_RESPONSES"), 1);
    }

    static Response stopping() {
        return databaseFailure(
                new DatabaseFailure(DatabaseFailure.Reason.SHUTTING_DOWN, "stopping", null), Optional.empty());
    }

    /** The response to a database failure: 503 with the reason, Retry-After, and the id of the incident, if any. */
    static Response databaseFailure(DatabaseFailure failure, Optional<String> incident) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("reason", failure.reason().name());
        incident.ifPresent(id -> details.put("incident", id));
        return switch (failure.reason()) {
            case POOL_TIMEOUT -> unavailable("No database connection became available in time", details, 1);
            case DEADLINE_EXCEEDED -> unavailable("The request's deadline has passed", details, 1);
            case QUEUE_FULL -> unavailable("Too many requests are waiting for a database connection", details, 1);
            case OVERLOADED ->
                unavailable("The server is overloaded", details, Math.max(1, failure.retryAfterSeconds()));
            case DATABASE_DOWN -> unavailable("The database does not respond", details, 5);
            case NOT_PREPARED -> unavailable("The database schema is not ready yet", details, 5);
            case DATABASE_TROUBLE -> unavailable("The database cannot execute this now", details, 5);
            case PERMISSION_DENIED, SCHEMA_MISMATCH ->
                unavailable("The database refuses the statement: " + failure.getMessage(), details, 5);
            case STATEMENT_TIMEOUT -> unavailable("The database took too long to respond", details, 5);
            case SHUTTING_DOWN -> unavailable("This server is stopping", details, 5);
        };
    }

    private static Response unavailable(String message, Map<String, Object> details, int retryAfterSeconds) {
        return Response.error(503, message, details).with(Headers.RETRY_AFTER, Integer.toString(retryAfterSeconds));
    }
}
