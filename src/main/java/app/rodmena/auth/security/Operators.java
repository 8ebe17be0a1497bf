package app.rodmena.auth.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.security.OperatorsFile.OperatorEntry;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logins of operators, shared by remote JMX, Jolokia and the admin listener. Thread-safe. No method blocks longer
 * than reading the operators file takes.
 *
 * <p>A changed file is read again within a second: a removed operator, or one with a new role or password,
 * {@linkplain #isValid must log in again}. While the file is missing or invalid, the previous operators stay.
 */
public final class Operators implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operators.class);
    /** The WWW-Authenticate header of HTTP responses. */
    public static final String CHALLENGE = "Basic realm=\"auth\", charset=\"UTF-8\"";

    private static final String ANONYMOUS = "anonymous";
    private static final int MAX_PASSWORD_LENGTH = 1024;

    private final Optional<ReloadedFile<Map<String, OperatorEntry>, OperatorsException>> file;
    private final LoginThrottle loginThrottle = new LoginThrottle();
    private final SecretKeySpec key;

    /** Fingerprints of verified passwords, so that a polling client's password is not hashed with PBKDF2 every time. */
    private final Map<OperatorEntry, byte[]> verified;

    private Operators(
            Optional<ReloadedFile<Map<String, OperatorEntry>, OperatorsException>> file,
            Map<OperatorEntry, byte[]> verified) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, "HmacSHA256");
        this.file = file;
        this.verified = verified;
    }

    /** Requires no login; every client may read, and none may change anything. */
    public static Operators anonymous() {
        return new Operators(Optional.empty(), Map.of());
    }

    /** Requires the login of an operator in a file, which must be readable and valid. */
    public static Operators of(OperatorsFile file) throws OperatorsException {
        Map<OperatorEntry, byte[]> verified = new ConcurrentHashMap<>();
        ReloadedFile.Reader<Map<String, OperatorEntry>, OperatorsException> reader = () -> {
            Map<String, OperatorEntry> operators = Map.copyOf(file.read());
            verified.keySet().retainAll(operators.values());
            return operators;
        };
        return new Operators(Optional.of(new ReloadedFile<>("operators file", file.path(), reader, LOG)), verified);
    }

    public boolean isLoginRequired() {
        return file.isPresent();
    }

    /** The session of a client where no login is required. */
    public OperatorSession anonymous(String address) {
        return new OperatorSession(ANONYMOUS, OperatorRole.MONITOR, address);
    }

    /**
     * Verifies a name and a password. A wrong password is answered after a second; other attempts from the same address
     * wait. Completes on the calling thread or on a thread of this object.
     *
     * @return empty if the name or password is wrong. Fails with {@link TooManyLoginAttemptsException} if too many
     *     attempts are waiting, and with any other exception if the password could not be verified; neither means that
     *     the password is wrong
     */
    public CompletableFuture<Optional<OperatorSession>> login(String name, String password, String address) {
        if (file.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(anonymous(address)));
        }
        OperatorEntry operator = file.get().current().get(name);
        if (operator != null && isVerified(operator, password)) {
            return CompletableFuture.completedFuture(Optional.of(new OperatorSession(name, operator.role(), address)));
        }
        return loginThrottle
                .verify(address, () -> matches(operator, password))
                .whenComplete((matches, failure) -> {
                    if (failure instanceof TooManyLoginAttemptsException) {
                        AuditLog.denied(address, "to log in as '%s': too many login attempts".formatted(name));
                    }
                })
                .thenApply(matches -> loginResult(matches, operator, name, password, address));
    }

    /**
     * Verifies HTTP Basic credentials as {@link #login} does.
     *
     * @param authorization the Authorization header; null if the request has none
     */
    public CompletableFuture<Optional<OperatorSession>> loginByHeader(String authorization, String address) {
        if (file.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(anonymous(address)));
        }
        String[] credentials = credentials(authorization);
        return credentials.length == 2
                ? login(credentials[0], credentials[1], address)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    /** The name and the password; an array of another length if the header is missing or invalid. */
    private static String[] credentials(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return new String[0];
        }
        try {
            return new String(
                            Base64.getDecoder()
                                    .decode(authorization.substring(6).strip()),
                            UTF_8)
                    .split(":", 2);
        } catch (IllegalArgumentException e) {
            return new String[0];
        }
    }

    /** Whether a session is still valid: the operator has not been removed, and has the same role and password. */
    public boolean isValid(OperatorSession session) {
        if (file.isEmpty()) {
            return session.equals(anonymous(session.address()));
        }
        OperatorEntry operator = file.get().current().get(session.name());
        return operator != null && operator.role() == session.role() && verified.containsKey(operator);
    }

    private Optional<OperatorSession> loginResult(
            boolean matches, OperatorEntry operator, String name, String password, String address) {
        if (!matches) {
            AuditLog.denied(address, "to log in as '%s': wrong name or password".formatted(name));
            return Optional.empty();
        }
        verified.put(operator, fingerprint(password));
        OperatorSession session = new OperatorSession(name, operator.role(), address);
        AuditLog.changed(session, "logged in");
        return Optional.of(session);
    }

    /** For an unknown name, the hash of another operator is checked, so that the response takes as long. */
    private boolean matches(OperatorEntry operator, String password) {
        return password.length() <= MAX_PASSWORD_LENGTH
                && Stream.concat(Stream.ofNullable(operator), file.get().current().values().stream())
                        .limit(1)
                        .anyMatch(checked -> checked.password().matches(password))
                && operator != null;
    }

    private boolean isVerified(OperatorEntry operator, String password) {
        byte[] fingerprint = verified.get(operator);
        return fingerprint != null && MessageDigest.isEqual(fingerprint, fingerprint(password));
    }

    private byte[] fingerprint(String password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(password.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }

    @Override
    public void close() {
        loginThrottle.close();
    }

    /** A login attempt was rejected without verifying the password, because too many attempts are waiting. */
    public static final class TooManyLoginAttemptsException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyLoginAttemptsException() {
            super("Too many login attempts are waiting; try again in a second");
        }
    }
}
