package app.rodmena.auth.operators;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may log in from outside, for every door alike: remote JMX, Jolokia, the admin listener. Thread-safe, and no
 * method blocks for longer than a look at the file takes.
 *
 * <p>The file is read again when it changes, within a second: who is removed, or gets another role or password, is no
 * longer {@linkplain #holds known}. While it can't be read, nobody is.
 */
public final class Operators implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operators.class);
    /** What a door that speaks HTTP answers in WWW-Authenticate. */
    public static final String CHALLENGE = "Basic realm=\"auth\", charset=\"UTF-8\"";

    private static final String ANONYMOUS = "anonymous";
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int LONGEST_PASSWORD = 1024;

    private final Optional<OperatorsFile> file;
    private final Turnstile turnstile = new Turnstile();
    private final SecretKeySpec key;

    /** Of those who logged in already, so that a client that polls is not hashed at every request. */
    private final Map<Operator, byte[]> recognised = new ConcurrentHashMap<>();

    private Map<String, Operator> known = Map.of();
    private Stamp read = Stamp.NONE;
    private long lookedNanos;

    /** What an unknown name's password is held against, so that it takes as long as a known one's. */
    private static final class Nobody {
        static final PasswordHash PASSWORD = PasswordHash.of("");
    }

    /** What a file that was replaced or edited differs in. */
    private record Stamp(FileTime modified, long bytes, Object inode) {
        static final Stamp NONE = new Stamp(FileTime.fromMillis(0), -1, "");
    }

    private Operators(Optional<OperatorsFile> file) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, "HmacSHA256");
        this.file = file;
    }

    /** Nobody has to log in, and everybody may only read. */
    public static Operators anonymous() {
        return new Operators(Optional.empty());
    }

    /**
     * Those of a file may log in.
     *
     * @throws OperatorsException if it can't be used as it is
     */
    public static Operators of(OperatorsFile file) throws OperatorsException {
        Operators operators = new Operators(Optional.of(file));
        operators.load(file);
        return operators;
    }

    /** Whether one has to log in. */
    public boolean isLoginNeeded() {
        return file.isPresent();
    }

    /** Who everybody is where no login is needed. */
    public Caller anonymous(String address) {
        return new Caller(ANONYMOUS, Role.MONITOR, address);
    }

    /**
     * Recognises an operator. A wrong password is answered after a second, during which the same address can't try
     * another. Completes on a thread of this object's own.
     *
     * @return empty if it is nobody we know; fails with {@link TooManyTries} if too many are tried at once, and with
     *     anything else if it can't be known: neither is a no
     */
    public CompletableFuture<Optional<Caller>> login(String name, String password, String address) {
        if (file.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(anonymous(address)));
        }
        Operator operator = known(file.get()).get(name);
        if (operator != null && isRecognised(operator, password)) {
            return CompletableFuture.completedFuture(Optional.of(new Caller(name, operator.role(), address)));
        }
        return turnstile
                .pass(address, () -> matches(operator, password))
                .whenComplete((matches, failure) -> {
                    if (failure instanceof TooManyTries) {
                        Audit.denied(address, "to log in as '%s': too many tries at once".formatted(name));
                    }
                })
                .thenApply(matches -> answer(matches, operator, name, password, address));
    }

    /**
     * The same for a door that speaks HTTP.
     *
     * @param authorization the header of that name; null where there is none
     */
    public CompletableFuture<Optional<Caller>> loginByHeader(String authorization, String address) {
        if (file.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(anonymous(address)));
        }
        String[] credentials = credentials(authorization);
        return credentials.length == 2
                ? login(credentials[0], credentials[1], address)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    /** A name and a password, or nothing of the kind. */
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

    /** Whether what was recognised once still is: not removed since, and of the same role. */
    public boolean holds(Caller caller) {
        if (file.isEmpty()) {
            return caller.equals(anonymous(caller.address()));
        }
        Operator operator = known(file.get()).get(caller.name());
        return operator != null && operator.role() == caller.role() && recognised.containsKey(operator);
    }

    private Optional<Caller> answer(boolean matches, Operator operator, String name, String password, String address) {
        if (!matches) {
            Audit.denied(address, "to log in as '%s': wrong name or password".formatted(name));
            return Optional.empty();
        }
        recognised.put(operator, fingerprint(password));
        Caller caller = new Caller(name, operator.role(), address);
        Audit.done(caller, "logged in");
        return Optional.of(caller);
    }

    private static boolean matches(Operator operator, String password) {
        if (password.length() > LONGEST_PASSWORD) {
            return false;
        }
        boolean matches = (operator == null ? Nobody.PASSWORD : operator.password()).matches(password);
        return matches && operator != null;
    }

    private boolean isRecognised(Operator operator, String password) {
        byte[] fingerprint = recognised.get(operator);
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

    private synchronized Map<String, Operator> known(OperatorsFile file) {
        if (System.nanoTime() - lookedNanos > LOOK_NANOS) {
            try {
                load(file);
            } catch (OperatorsException e) {
                if (!known.isEmpty()) {
                    LOG.error("Nobody may log in until this is put right: {}", e.getMessage());
                }
                forget();
            }
        }
        return known;
    }

    private synchronized void load(OperatorsFile file) throws OperatorsException {
        lookedNanos = System.nanoTime();
        Stamp now = stamp(file);
        if (!now.equals(read) || now.equals(Stamp.NONE)) {
            known = Map.copyOf(file.read());
            recognised.keySet().retainAll(known.values());
            read = now;
        }
    }

    private void forget() {
        known = Map.of();
        recognised.clear();
        read = Stamp.NONE;
    }

    private static Stamp stamp(OperatorsFile file) {
        try {
            var attributes = Files.readAttributes(file.path(), BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime(),
                    attributes.size(),
                    attributes.fileKey() == null ? "" : attributes.fileKey());
        } catch (IOException e) {
            return Stamp.NONE;
        }
    }

    @Override
    public void close() {
        turnstile.close();
    }
}
