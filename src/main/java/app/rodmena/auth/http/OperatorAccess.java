package app.rodmena.auth.http;

import app.rodmena.auth.security.OperatorSession;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.Operators.TooManyLoginAttemptsException;
import app.rodmena.auth.security.OriginCheck;
import io.undertow.util.Headers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;

/**
 * The checks of requests by operators: host name, origin and login. Thread-safe.
 *
 * @param log receives failures to verify a login
 */
public record OperatorAccess(OriginCheck originCheck, Operators operators, Logger log) {
    /**
     * Verifies HTTP Basic credentials; see {@link Operators#loginByHeader}.
     *
     * @param authorization the Authorization header; null if the request has none
     * @return the session; fails with an {@link HttpError}: 401 for a wrong name or password; 429 or 503 if the login
     *     could not be verified, which must not look like a wrong password
     */
    public CompletableFuture<OperatorSession> login(String authorization, String address) {
        return operators.loginByHeader(authorization, address).handle((session, failure) -> {
            if (failure != null) {
                throw unverified(address, failure instanceof CompletionException ? failure.getCause() : failure);
            }
            return session.orElseThrow(() -> new HttpError(401, "An operator's name and password are required")
                    .with(Headers.WWW_AUTHENTICATE_STRING, Operators.CHALLENGE));
        });
    }

    private HttpError unverified(String address, Throwable cause) {
        if (cause instanceof TooManyLoginAttemptsException) {
            return new HttpError(429, cause.getMessage()).with(Headers.RETRY_AFTER_STRING, "1");
        }
        log.error("The login of a client at {} could not be verified", address, cause);
        return HttpError.unavailable("The login could not be verified; see the server's log", Map.of(), 1);
    }
}
