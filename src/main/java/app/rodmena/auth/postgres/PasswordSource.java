package app.rodmena.auth.postgres;

import java.nio.file.Path;
import java.util.Objects;

/** Where every login reads the password, so that a new password needs no restart. */
public sealed interface PasswordSource {
    /** A file that holds the password in one line. */
    record File(Path path) implements PasswordSource {
        public File {
            path = path.toAbsolutePath();
        }
    }

    /** A command for {@code sh -c} that prints the password in one line, within 5 s. */
    record Command(String command) implements PasswordSource {
        public Command {
            Objects.requireNonNull(command, "command");
        }

        /** Without the command, which may contain a secret. */
        @Override
        public String toString() {
            return "Command[****]";
        }
    }
}
