package app.rodmena.auth.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class SqlStateTest {
    @Test
    void theNetworkFailureIsAppendedOnce() {
        assertThat(SqlState.firstLine(new SQLException(
                        "The connection attempt failed.", "08001", new UnknownHostException("db.invalid"))))
                .isEqualTo("The connection attempt failed. (UnknownHostException: db.invalid)");
        assertThat(SqlState.firstLine(
                        new SQLException("Connection refused", "08001", new ConnectException("Connection refused"))))
                .isEqualTo("Connection refused");
    }
}
