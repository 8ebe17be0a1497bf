package app.rodmena.auth.testing;

import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Operators files whose passwords are hashed with few iterations. The number that {@link OperatorsFile#put} uses takes
 * more than a second in a JVM without the optimizing compiler.
 */
public final class TestOperators {
    private static final int ITERATIONS = 1000;

    private TestOperators() {}

    /** Adds an operator to the file {@code operators} in a directory. */
    public static OperatorsFile add(Path directory, String name, OperatorRole role, String password) throws Exception {
        Path file = directory.resolve("operators");
        if (Files.notExists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(
                file, "%s:%s:%s\n".formatted(name, role.wireName(), hash(password)), StandardOpenOption.APPEND);
        return new OperatorsFile(file);
    }

    private static String hash(String password) throws Exception {
        byte[] salt = new byte[16];
        PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, 256);
        Base64.Encoder base64 = Base64.getEncoder();
        return "pbkdf2-sha512$%d$%s$%s"
                .formatted(
                        ITERATIONS,
                        base64.encodeToString(salt),
                        base64.encodeToString(SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                                .generateSecret(key)
                                .getEncoded()));
    }
}
