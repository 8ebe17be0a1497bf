package app.rodmena.auth.metrics.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.AuthProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the JDK, whose JVMs take less CPU time without the optimizing compiler. */
final class JdkTool {
    private JdkTool() {}

    /** Sends a command to the JVM of a server. @return the output */
    static String jcmd(Path directory, AuthProcess server, String... words) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(Long.toString(server.pid())));
        arguments.addAll(List.of(words));
        return run(directory, "jcmd", arguments.toArray(String[]::new));
    }

    /** Runs a program, which must succeed. @return its output, by way of a file in the directory */
    static String run(Path directory, String name, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of(arguments));
        Path file = Files.createTempFile(directory, name, "");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(file.toFile())
                .start();
        try {
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            String output = Files.readString(file);
            assertThat(ended).as("%s did not end in 60 s: %s", name, output).isTrue();
            assertThat(process.exitValue()).as("%s: %s", name, output).isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
