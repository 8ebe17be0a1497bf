package app.rodmena.auth.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StartupFailureMessageTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final String FULL =
            "No space left on the disk of /data; free space and start again, no committed data is lost";

    @Test
    void aFullDiskIsReported() {
        assertThat(StartupFailureMessage.from("""
                        creating configuration files ... ok
                        running bootstrap script ... 2026-11-23 14:51:06.843 UTC [6261] PANIC:  could not write to file "pg_wal/xlogtemp.6261": No space left on device
                        child process was terminated by signal 6: Aborted
                        initdb: removing contents of data directory "/data/initdb-1"
                        """, DIRECTORY)).isEqualTo(FULL);
        assertThat(StartupFailureMessage.from(
                        new FileSystemException("/data/pgpass.new", null, "No space left on device"), DIRECTORY))
                .hasMessage(FULL);
        assertThat(StartupFailureMessage.from(new IOException("Disk quota exceeded"), DIRECTORY))
                .hasMessage(FULL);
    }

    @Test
    void theFirstPostgresErrorIsTheReason() {
        assertThat(StartupFailureMessage.from("""
                        2026-11-23 14:51:06.843 UTC [6261] LOG:  starting PostgreSQL 18.6
                        2026-11-23 14:51:06.843 UTC [6261] FATAL:  could not open file "global/pg_control": Input/output error
                        2026-11-23 14:51:06.970 UTC [6261] LOG:  database system is shut down
                        pg_ctl: could not start server
                        Examine the log output.
                        """, DIRECTORY))
                .isEqualTo(
                        "PostgreSQL does not start in /data: could not open file \"global/pg_control\": Input/output error");
    }

    @Test
    void aForeignDirectoryIsReportedWithBothUsers() {
        assertThat(StartupFailureMessage.from(new AccessDeniedException("/data/server.lock"), DIRECTORY))
                .hasMessageContaining("/data/server.lock")
                .hasMessageContaining(System.getProperty("user.name"));
    }

    @Test
    void aUserIdWithoutPasswdEntryIsReported() {
        assertThat(StartupFailureMessage.from(
                        "initdb: could not look up effective user ID 123456: user does not exist\n", DIRECTORY))
                .contains("/data", "user id 123456", "/etc/passwd");
    }
}
