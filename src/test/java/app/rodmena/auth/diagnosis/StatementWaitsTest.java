package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.diagnosis.StatementWaits.Reason;
import app.rodmena.auth.diagnosis.StatementWaits.Summary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementWaitsTest {
    @ParameterizedTest
    @CsvSource({
        "IO DataFileRead, IO",
        "IO BufFileWrite, TEMPORARY_FILES",
        "IO BuffileRead, TEMPORARY_FILES",
        "IO WALSync, WAL",
        "IO WalSync, WAL",
        "LWLock WALWrite, WAL",
        "LWLock BufferContent, CONTENTION",
        "IPC SyncRep, SYNC_REP",
        "CPU, CPU",
        "Timeout PgSleep, OTHER"
    })
    void everyWaitEventHasAReason(String event, Reason reason) {
        assertThat(new Summary(event, 1, 1, 1, 0).reason()).isEqualTo(reason);
    }

    @Test
    void namesTheShareOfTheSamplesAndTheCores() {
        assertThat(new Summary("IO DataFileRead", 9, 10, 1, 0).describe())
                .startsWith(" (wait event IO DataFileRead in 9 of 10 samples: ");
        assertThat(new Summary("CPU", 4, 4, 12, 4).describe()).isEqualTo(" (CPU: 12 sessions compute on 4 cores)");
        assertThat(new Summary("Timeout PgSleep", 3, 3, 1, 2).describe()).isEqualTo(" (wait event Timeout PgSleep)");
    }
}
