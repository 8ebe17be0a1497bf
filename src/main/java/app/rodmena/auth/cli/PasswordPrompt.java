package app.rodmena.auth.cli;

import app.rodmena.auth.settings.UsageException;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Optional;

/** Reads a password: from the terminal without echo (a new one twice), or from the first line of standard input. */
@FunctionalInterface
public interface PasswordPrompt {
    /** Reads the password; a missing one, or two different entries, cause a {@link UsageException}. */
    String ask(String name);

    static PasswordPrompt ofThisTerminal() {
        return name -> {
            String password = toLogIn().ask(name);
            if (terminal()
                    .filter(console -> !typed(console, "Again: ").equals(password))
                    .isPresent()) {
                throw new UsageException("the two passwords differ; nothing is changed");
            }
            return password;
        };
    }

    /** Asks once, for an existing password: the server detects a mistyped one. */
    static PasswordPrompt toLogIn() {
        return name -> terminal()
                .map(console -> typed(console, "Password of %s: ", name))
                .orElseGet(PasswordPrompt::piped);
    }

    /**
     * The terminal; empty if input or output is redirected. Java 22 and newer return a console also without a terminal,
     * and have {@code Console.isTerminal} to distinguish the two; it is called by reflection, since Java 17 lacks it.
     */
    @SuppressWarnings("SystemConsoleNull")
    static Optional<Console> terminal() {
        Console console = System.console();
        if (console == null) {
            return Optional.empty();
        }
        try {
            boolean isTerminal = (boolean) Console.class.getMethod("isTerminal").invoke(console);
            return isTerminal ? Optional.of(console) : Optional.empty();
        } catch (ReflectiveOperationException e) {
            return Optional.of(console);
        }
    }

    private static String typed(Console console, String prompt, Object... arguments) {
        char[] password = console.readPassword(prompt, arguments);
        if (password == null) {
            throw new UsageException("no password given");
        }
        return new String(password);
    }

    private static String piped() {
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
            if (line == null) {
                throw new UsageException("no password: there is neither a terminal nor input on standard input");
            }
            return line;
        } catch (IOException e) {
            throw new UsageException("standard input is not readable");
        }
    }
}
