package app.rodmena.auth;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Optional;

/** Where a password comes from: typed without being shown, a new one twice, or the first line of a pipe. */
@FunctionalInterface
interface PasswordPrompt {
    /**
     * Asks for it.
     *
     * @throws UsageException if there is none, or two that differ
     */
    String ask(String name);

    static PasswordPrompt ofThisTerminal() {
        Optional<Console> terminal = terminal();
        return terminal.isEmpty()
                ? name -> piped()
                : name -> {
                    String password = typed(terminal.get(), "Password of %s: ", name);
                    if (!password.equals(typed(terminal.get(), "Again: "))) {
                        throw new UsageException("the two passwords differ; nothing is changed");
                    }
                    return password;
                };
    }

    /** For one that exists: who mistypes it is told by whoever knows it. */
    static PasswordPrompt toLogIn() {
        Optional<Console> terminal = terminal();
        return terminal.isEmpty() ? name -> piped() : name -> typed(terminal.get(), "Password of %s: ", name);
    }

    /**
     * The terminal, where one reads and writes. Java 22 and newer have a console also where there is no terminal, and a
     * method that tells.
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
                throw new UsageException("there is no terminal to ask for a password, and none on standard input");
            }
            return line;
        } catch (IOException e) {
            throw new UsageException("standard input can't be read");
        }
    }
}
