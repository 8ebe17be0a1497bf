package app.rodmena.auth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Reads Linux's /proc. */
final class ProcFs {
    /** USER_HZ: 100 on every Linux, independent of the kernel's timer. */
    private static final long TICKS_PER_SECOND = 100;

    private static final int PARENT = 1;
    private static final int OWN_TIME = 11;
    private static final int REAPED_CHILDRENS_TIME = 13;

    private ProcFs() {}

    static boolean isAvailable() {
        return Files.isReadable(Path.of("/proc/self/stat"));
    }

    /** The CPU time of a process and all its children, including those that have ended. */
    static Duration cpuWithChildren(long pid) {
        long ticks = ticks(pid, OWN_TIME) + ticks(pid, REAPED_CHILDRENS_TIME);
        List<ProcessHandle> children =
                ProcessHandle.of(pid).map(parent -> parent.children().toList()).orElse(List.of());
        for (ProcessHandle child : children) {
            ticks += ticks(child.pid(), OWN_TIME);
        }
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    static long parentOf(long pid) {
        return Long.parseLong(stat(pid)[PARENT]);
    }

    /** The resident memory: VmRSS. */
    static long residentBytes(long pid) {
        return field("/proc/%d/status".formatted(pid), "VmRSS:") * 1024;
    }

    /** The maximum number of open files of this process and of its children. */
    static long maxOpenFiles() {
        return field("/proc/self/limits", "Max open files");
    }

    private static long ticks(long pid, int first) {
        String[] fields = stat(pid);
        return fields.length == 0 ? 0 : Long.parseLong(fields[first]) + Long.parseLong(fields[first + 1]);
    }

    /** The fields after the name, which may contain blanks, from the state on; empty if the process has ended. */
    private static String[] stat(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/%d/stat".formatted(pid)));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        } catch (NoSuchFileException e) {
            return new String[0];
        } catch (IOException e) {
            // It ended between open and read.
            return new String[0];
        }
    }

    private static long field(String file, String name) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).strip().split("\\s+")[0])
                    .mapToLong(value -> value.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(value))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
