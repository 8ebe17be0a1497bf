package app.rodmena.auth.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.common.WireNamed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The operators file: one operator per line, {@code name:role:hash}, readable by its owner only. It is replaced
 * atomically, so that a running server never reads a half-written file. Not locked: of two concurrent changes, the last
 * one wins.
 */
public final class OperatorsFile {
    private static final String HEADER =
            "# The operators of this server, one line each, name:role:hash. Written by ./run.sh operator\n";

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final int MIN_PASSWORD_LENGTH = 8;
    private static final int MAX_PASSWORD_LENGTH = 256;

    private final Path path;

    public OperatorsFile(Path path) {
        this.path = path;
    }

    public boolean exists() {
        return Files.exists(path);
    }

    /** Verifies that the file is readable and valid. */
    public void check() throws OperatorsException {
        read();
    }

    /** The role of each operator, sorted by name; empty if the file does not exist. */
    public Map<String, OperatorRole> list() throws OperatorsException {
        Map<String, OperatorRole> roles = new TreeMap<>();
        readIfExists().forEach((name, operator) -> roles.put(name, operator.role()));
        return roles;
    }

    /**
     * Adds an operator, or replaces the role and password of an existing one.
     *
     * @return whether the operator is new
     * @throws IllegalArgumentException if the name or the password is invalid; the message shows neither
     */
    public boolean put(String name, OperatorRole role, String password) throws OperatorsException {
        if (password.length() < MIN_PASSWORD_LENGTH || password.length() > MAX_PASSWORD_LENGTH) {
            throw new IllegalArgumentException(
                    "a password must be %s to %s characters".formatted(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH));
        }
        OperatorEntry operator = new OperatorEntry(name, role, PasswordHash.of(password));
        Map<String, OperatorEntry> operators = readIfExists();
        boolean isNew = operators.put(name, operator) == null;
        write(operators.values());
        return isNew;
    }

    /** Removes an operator; returns whether it existed. */
    public boolean remove(String name) throws OperatorsException {
        Map<String, OperatorEntry> operators = readIfExists();
        if (operators.remove(name) == null) {
            return false;
        }
        write(operators.values());
        return true;
    }

    Path path() {
        return path;
    }

    private Map<String, OperatorEntry> readIfExists() throws OperatorsException {
        return exists() ? read() : new TreeMap<>();
    }

    Map<String, OperatorEntry> read() throws OperatorsException {
        try {
            requireOwnerOnly();
            return parse(Files.readAllLines(path, UTF_8));
        } catch (NoSuchFileException e) {
            throw new OperatorsException(
                    "the operators file '%s' does not exist; ./run.sh operator add NAME --role monitor|control creates it"
                            .formatted(path),
                    e);
        } catch (IOException e) {
            throw new OperatorsException(
                    "the operators file '%s' must be a text file that this process can read".formatted(path), e);
        }
    }

    private Map<String, OperatorEntry> parse(List<String> lines) throws OperatorsException {
        Map<String, OperatorEntry> operators = new TreeMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                OperatorEntry operator = OperatorEntry.parse(line);
                if (operators.put(operator.name(), operator) != null) {
                    throw new IllegalArgumentException("duplicate operator name");
                }
            } catch (IllegalArgumentException e) {
                throw new OperatorsException(
                        "the operators file '%s', line %s: %s".formatted(path, i + 1, e.getMessage()), e);
            }
        }
        return operators;
    }

    private void requireOwnerOnly() throws IOException, OperatorsException {
        if (!isPosix(path)) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (!OWNER_ONLY.containsAll(permissions)) {
            throw new OperatorsException(
                    "the operators file '%s' must be accessible by its owner only (mode 600), but has %s; chmod 600 '%s'"
                            .formatted(path, PosixFilePermissions.toString(permissions), path));
        }
    }

    private void write(Collection<OperatorEntry> operators) throws OperatorsException {
        String text = HEADER
                + operators.stream().map(operator -> operator.line() + "\n").collect(Collectors.joining());
        try {
            // A symbolic link is kept, and its target is replaced
            Path target = exists() ? path.toRealPath() : path.toAbsolutePath();
            Path directory = target.getParent();
            FileAttribute<?>[] attributes = isPosix(directory)
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                    : new FileAttribute<?>[0];
            Path temporary =
                    Files.createTempFile(directory, target.getFileName().toString(), ".new", attributes);
            try {
                try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
                    channel.force(true);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new OperatorsException("cannot write the operators file '%s': %s".formatted(path, e), e);
        }
    }

    private static boolean isPosix(Path path) throws IOException {
        return Files.getFileStore(path).supportsFileAttributeView("posix");
    }

    /** One line of the operators file. */
    record OperatorEntry(String name, OperatorRole role, PasswordHash password) {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@-]{1,64}");

        OperatorEntry {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("a name must be 1 to 64 of the characters A-Z a-z 0-9 _ . @ -");
            }
        }

        /**
         * @throws IllegalArgumentException if the line is not {@code name:role:hash}; the message quotes no part of it
         */
        static OperatorEntry parse(String line) {
            String[] parts = line.split(":", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException("must be name:role:hash");
            }
            OperatorRole role = WireNamed.find(OperatorRole.class, parts[1])
                    .orElseThrow(() -> new IllegalArgumentException("the role must be monitor or control"));
            return new OperatorEntry(parts[0], role, new PasswordHash(parts[2]));
        }

        String line() {
            return name + ":" + role.wireName() + ":" + password.text();
        }
    }
}
