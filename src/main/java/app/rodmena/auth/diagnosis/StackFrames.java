package app.rodmena.auth.diagnosis;

import java.util.List;
import java.util.Optional;

/** Finds the application's frames in a stack: those of neither the pool nor a library. Pure functions. */
final class StackFrames {
    private static final int MAX_FRAMES = 40;

    private static final List<String> LIBRARY_PREFIXES = List.of(
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "com.sun.",
            "com.zaxxer.hikari.",
            "org.postgresql.",
            "org.jdbi.",
            "org.slf4j.",
            "ch.qos.logback.",
            "io.undertow.",
            "org.xnio.",
            "org.jboss.",
            "app.rodmena.auth.pool.",
            "app.rodmena.auth.database.",
            "app.rodmena.auth.postgres.");

    private StackFrames() {}

    /** The innermost application frame, for example {@code com.acme.Billing.charge(Billing.java:31)}; empty if none. */
    static Optional<String> ofApplication(List<StackTraceElement> stack) {
        return lines(stack).stream().filter(StackFrames::isOfApplication).findFirst();
    }

    /** Whether a line is a frame of neither the pool nor a library. */
    static boolean isOfApplication(String line) {
        return LIBRARY_PREFIXES.stream().noneMatch(line::startsWith);
    }

    /** The short form of a line, for example {@code Billing.charge(Billing.java:31)}. */
    static String withoutPackage(String line) {
        int method = line.lastIndexOf('.', line.indexOf('('));
        return line.substring(line.lastIndexOf('.', method - 1) + 1);
    }

    /** The innermost frames as lines; their number is limited. */
    static List<String> lines(List<StackTraceElement> stack) {
        return stack.stream().limit(MAX_FRAMES).map(StackFrames::line).toList();
    }

    /** Omits the class loader and the module, and the address in the class name of a lambda. */
    private static String line(StackTraceElement frame) {
        String type = frame.getClassName();
        int address = type.indexOf('/');
        return new StackTraceElement(
                        address < 0 ? type : type.substring(0, address),
                        frame.getMethodName(),
                        frame.getFileName(),
                        frame.getLineNumber())
                .toString();
    }
}
