package app.rodmena.auth.diagnosis;

import java.util.List;
import java.util.Optional;

/** Finds in a stack what is of interest: the application's code, not the pool's nor a library's. */
final class StackFrames {
    private static final int MOST = 40;

    private static final List<String> NOT_THE_APPLICATION = List.of(
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
            "app.rodmena.auth.postgres.",
            "app.rodmena.auth.events.");

    private StackFrames() {}

    /** As {@code com.acme.Billing.charge(Billing.java:31)}; empty if there is none. */
    static Optional<String> ofApplication(List<StackTraceElement> stack) {
        return lines(stack).stream().filter(StackFrames::isOfApplication).findFirst();
    }

    /** Whether that line is of neither the pool's nor a library's code. */
    static boolean isOfApplication(String line) {
        return NOT_THE_APPLICATION.stream().noneMatch(line::startsWith);
    }

    /** As {@code Billing.charge(Billing.java:31)}, where there is little room. */
    static String withoutPackage(String line) {
        int method = line.lastIndexOf('.', line.indexOf('('));
        return line.substring(line.lastIndexOf('.', method - 1) + 1);
    }

    /** The innermost, as many as help. */
    static List<String> lines(List<StackTraceElement> stack) {
        return stack.stream().limit(MOST).map(StackFrames::line).toList();
    }

    /** Without the loader and module that Java puts in front, and the address behind a lambda's name. */
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
