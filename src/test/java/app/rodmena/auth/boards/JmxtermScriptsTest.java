package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.boards.BoardFiles.Found;
import app.rodmena.auth.testing.LiveServer;
import app.rodmena.auth.testing.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts for jmxterm, each run by it, every name in them looked up. */
class JmxtermScriptsTest extends OnLiveServer {
    private static final Pattern COMMAND = Pattern.compile("^(?:#   )?(bean|get|set|run|domain) (.+)$");
    private static final Pattern ATTRIBUTES_OF_WATCH = Pattern.compile("^attributes=\\((.+)\\)$");

    @TempDir
    Path directory;

    @Test
    void everyBeanAttributeAndOperationInThemExists() throws Exception {
        for (Path script : scripts()) {
            String bean = "";
            for (Found command : BoardFiles.find(script, COMMAND)) {
                bean = check(command, bean);
            }
        }
        for (Found attributes : BoardFiles.find(BoardFiles.file("jmxterm/watch.sh"), ATTRIBUTES_OF_WATCH)) {
            for (String attribute : attributes.group(1).split(" ", -1)) {
                Beans.assertAttribute(attributes.place(), "app.rodmena.auth:type=Pool,name=auth", attribute);
            }
        }
    }

    /** @return the bean that the next command is about */
    private static String check(Found command, String bean) throws JMException {
        String[] words = command.group(2).split(" ", -1);
        switch (command.group(1)) {
            case "domain" -> Beans.assertBean(command.place(), words[0] + ":*");
            case "bean" -> Beans.assertBean(command.place(), words[0]);
            case "get" -> {
                for (String attribute : words) {
                    Beans.assertAttribute(command.place(), bean, attribute);
                }
            }
            case "set" -> Beans.assertWritable(command.place(), bean, words[0]);
            case "run" -> Beans.assertOperation(command.place(), bean, words[0], words.length - 1);
            default -> throw new AssertionError(command.place() + ": " + command.group(0));
        }
        return command.group(1).equals("bean") ? words[0] : bean;
    }

    @Test
    void thoseThatReadTellOfAnExhaustedPool() throws Throwable {
        server.whileExhausted(() -> {
            assertThat(run("status", server)).contains("checkedOut = 10;", "waiting = 4;", "RequestsInFlight = 14;");
            assertThat(run("holders", server))
                    .contains("state = in_use;", "route = POST /api/role/{role};", "/* roles.create */", "deadline");
            assertThat(run("diagnose", server)).contains("10 of 10 connections in use", "LastSentence = ");
            assertThat(run("fleet", server)).contains("processes = ", "headroom = ");
            assertThat(run("settings", server)).contains("poolTimeoutMillis = 180000;", "DatabaseLevel = ");
        });
    }

    @Test
    void watchingGivesALineASecond() throws Throwable {
        server.whileExhausted(() -> {
            String said = Program.run(
                    directory, "", List.of(BoardFiles.file("jmxterm/watch.sh").toString(), server.jmx(), "2"));

            assertThat(said.lines()).hasSize(3);
            assertThat(said.lines().skip(1)).allMatch(line -> line.matches("\\S+ +10 +0 +5 +4 +[\\d.]+ +1.0 +0"));
        });
    }

    @Test
    void firstAidChangesWhatItSays() throws Exception {
        stop();
        try (LiveServer strict = LiveServer.withOperator(directory)) {
            assertThat(run("relieve", strict, "-u", LiveServer.CONTROL, "-p", LiveServer.PASSWORD))
                    .contains("Value of attribute PoolTimeoutMillis is set to 2000", "softInvalidateAll")
                    .doesNotContain("Exception", "Denied");
        } finally {
            start();
        }
    }

    private String run(String script, LiveServer server, String... login) throws Exception {
        List<String> command = Program.jar("jmxterm.jar", "-n", "-l", server.jmx(), "-i", path(script));
        return Program.run(
                directory, "", Stream.concat(command.stream(), Stream.of(login)).toList());
    }

    private static String path(String script) {
        return BoardFiles.file("jmxterm/%s.jmxterm".formatted(script)).toString();
    }

    private static List<Path> scripts() throws Exception {
        try (Stream<Path> files = Files.list(BoardFiles.file("jmxterm"))) {
            return files.filter(file -> file.toString().endsWith(".jmxterm"))
                    .sorted()
                    .toList();
        }
    }
}
