package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.database.DatabaseFailure.Reason;
import java.sql.SQLException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseFailureTest {
    @ParameterizedTest
    @CsvSource({
        "57014, STATEMENT_TIMEOUT",
        "08006, DATABASE_DOWN",
        "57P01, DATABASE_DOWN",
        "53300, DATABASE_TROUBLE",
        "25006, DATABASE_TROUBLE",
        "40P01, DATABASE_TROUBLE",
        "55P03, DATABASE_TROUBLE",
        "25P03, DATABASE_DOWN",
        "25P04, DATABASE_DOWN",
        "08, DATABASE_DOWN"
    })
    void databaseFailuresAreTranslated(String state, Reason reason) {
        assertThat(DatabaseFailure.translate(new IllegalStateException(new SQLException("?", state))))
                .asInstanceOf(InstanceOfAssertFactories.type(DatabaseFailure.class))
                .extracting(DatabaseFailure::reason)
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"42601", "23505", "0", ""})
    void statementErrorsAreUnchanged(String state) {
        SQLException mistake = new SQLException("?", state);

        assertThat(DatabaseFailure.translate(mistake)).isSameAs(mistake);
    }
}
