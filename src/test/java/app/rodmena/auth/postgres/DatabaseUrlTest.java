package app.rodmena.auth.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;

class DatabaseUrlTest {
    private static final String OS_USER = System.getProperty("user.name");

    /** The properties that the driver parses from the JDBC URL. */
    private static Properties asTheDriverReads(String url) {
        Properties nothing = new Properties();
        nothing.setProperty("password", "keeps the driver from looking for ~/.pgpass");
        return Driver.parseURL(DatabaseUrl.parse(url).target().jdbcUrl(), nothing);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgresql://u:p@db.example:6432/auth         | db.example   | 6432      | auth | u",
                "postgres://u@db.example/auth                  | db.example   | 5432      | auth | u",
                "postgresql://u@db.example                     | db.example   | 5432      | u    | u",
                "postgresql://u@/auth                          | localhost    | 5432      | auth | u",
                "postgresql://u@:6432/auth                     | localhost    | 6432      | auth | u",
                "postgresql://h1:1,h2:2/auth?user=u            | h1,h2        | 1,2       | auth | u",
                "postgresql://u@h1,h2:2/auth                   | h1,h2        | 5432,2    | auth | u",
                "postgresql://u@[::1]:6432/auth                | [::1]        | 6432      | auth | u",
                "postgresql://u@[2001:db8::7],h2/auth          | [2001:db8::7],h2 | 5432,5432 | auth | u",
                "postgresql:///auth?user=u&host=a,b&port=7     | a,b          | 7,7       | auth | u",
                "postgresql:///?user=u&dbname=auth&host=::1    | [::1]        | 5432      | auth | u",
                "postgresql://first%20last@h/my%2Bdb+x         | h            | 5432      | my+db+x | first last",
                "jdbc:postgresql://h:7/auth?user=u             | h            | 7         | auth | u",
                "jdbc:postgresql://h1:1,h2:2/auth?user=u       | h1,h2        | 1,2       | auth | u",
                "jdbc:postgresql://h/my%20db+x?user=u          | h            | 5432      | my db x | u",
            })
    void theDriverParsesTheTranslatedUrl(String url, String hosts, String ports, String database, String user) {
        Properties read = asTheDriverReads(url);

        assertThat(read.getProperty("PGHOST")).isEqualTo(hosts);
        assertThat(read.getProperty("PGPORT")).isEqualTo(ports);
        assertThat(read.getProperty("PGDBNAME")).isEqualTo(database);
        assertThat(DatabaseUrl.parse(url).user()).isEqualTo(user);
    }

    @Test
    void defaultsAreThoseOfLibpq() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://");

        assertThat(url.hosts()).containsExactly(new DatabaseUrl.Host("localhost", 5432));
        assertThat(url.user()).isEqualTo(OS_USER);
        assertThat(url.database()).isEqualTo(OS_USER);
        assertThat(url.password()).isEqualTo(Secret.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65_536})
    void aHostRefusesAnInvalidPort(int port) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DatabaseUrl.Host("db.example", port))
                .withMessage("port: %s; must be 1 to 65535", port);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgresql://localhost/d                      | prefer",
                "postgresql://127.0.0.1/d                      | prefer",
                "postgresql://127.9.9.9:1/d                    | prefer",
                "postgresql://[::1]/d                          | prefer",
                "postgresql://LOCALHOST,127.0.0.1/d            | prefer",
                "jdbc:postgresql://localhost/d                 | prefer",
                "postgresql://db.example/d                     | require",
                "postgresql://10.0.0.1/d                       | require",
                "postgresql://127.0.0.1.example/d              | require",
                "postgresql://localhost.example/d              | require",
                "postgresql://[::2]/d                          | require",
                "postgresql://localhost,db.example/d           | require",
                "jdbc:postgresql://db.example/d                | require",
                "postgresql://db.example/d?sslmode=disable     | disable",
                "postgresql://db.example/d?sslmode=prefer      | prefer",
                "postgresql://db.example/d?sslmode=verify-full | verify-full",
                "postgresql://localhost/d?sslmode=verify-ca    | verify-ca",
                "jdbc:postgresql://db.example/d?ssl=true       | verify-full",
                "jdbc:postgresql://db.example/d?ssl=false      | disable",
                "postgresql://db.example/d?sslrootcert=system  | verify-full",
            })
    void tlsIsRequiredForOtherHostsUnlessTheUrlSaysOtherwise(String url, String sslmode) {
        assertThat(asTheDriverReads(url).getProperty("sslmode")).isEqualTo(sslmode);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sslrootcert=/etc/ca%20s.pem          | sslrootcert      | /etc/ca s.pem",
                "sslcert=/c.pem                       | sslcert          | /c.pem",
                "sslkey=/k.pk8                        | sslkey           | /k.pk8",
                "sslrootcert=system                   | sslfactory       | org.postgresql.ssl.DefaultJavaSSLFactory",
                "channel_binding=require              | channelBinding   | require",
                "gssencmode=disable                   | gssEncMode       | disable",
                "keepalives=1                         | tcpKeepAlive     | true",
                "krbsrvname=pg                        | kerberosServerName | pg",
                "load_balance_hosts=random            | loadBalanceHosts | true",
                "require_auth=scram-sha-256           | requireAuth      | scram-sha-256",
                "sslnegotiation=direct                | sslNegotiation   | direct",
                "target_session_attrs=read-write      | targetServerType | primary",
                "target_session_attrs=any             | targetServerType | primary",
                "targetServerType=any                 | targetServerType | primary",
                "options=-c%20search_path%3Da%2Bb     | options          | -c search_path=a+b",
                "prepareThreshold=0                   | prepareThreshold | 0",
            })
    void libpqParametersAreTranslated(String parameter, String name, String value) {
        assertThat(asTheDriverReads("postgresql://u@h/d?" + parameter).getProperty(name))
                .isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "postgresql://h/d?application_name=x    | --instance",
                "postgresql://h/d?connect_timeout=3     | --connect-timeout",
                "jdbc:postgresql://h/d?socketTimeout=3  | --socket-timeout",
                "postgresql://h/d?passfile=x            | --database-password-file",
                "postgresql://h/d?sslmod=require        | 'sslmod' is unknown",
                "postgresql://h/d?sslmode=verify_full   | 'verify_full'; must be disable, allow, prefer, require",
                "postgresql://h/d?sslmode=require&ssl=true | 'sslmode' twice",
                "postgresql://h/d?sslmode=a&sslmode=b   | duplicate",
                "postgresql://h/d?ssl=yes               | must be false, true",
                "postgresql://h/d?target_session_attrs=standby | must be any, primary, read-write",
                "postgresql://h/d?targetServerType=preferSecondary | must be any, master, preferPrimary, primary",
                "postgresql://h/d?sslrootcert=system&sslmode=require | sslmode=verify-full",
                "postgresql://h/d?sslmode               | without a value",
                "postgresql://h:0/d                     | 1 to 65535",
                "postgresql://h:65536/d                 | 1 to 65535",
                "postgresql://h:x/d                     | 1 to 65535",
                "postgresql://%2Fvar%2Frun/d            | Unix sockets",
                "postgresql:///d?host=/var/run          | Unix sockets",
                "postgresql://[::1/d                    | in brackets",
                "postgresql://h/d?host=g                | two hosts",
                "postgresql:///d?host=a,b&port=1,2,3    | 2 hosts but 3 ports",
                "postgresql://u%zz@h/d                  | %25",
                "postgresql://u%00@h/d                  | %25",
                "postgresql://u%ff@h/d                  | UTF-8",
                "jdbc:postgresql://u:p@h/d              | postgresql://user:password@host",
                "jdbc:mysql://h/d                       | must be postgresql://",
                "h:5432/d                               | must be postgresql://",
            })
    void anInvalidUrlIsRefusedWithTheReason(String url, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DatabaseUrl.parse(url))
                .withMessageContaining(reason)
                .withMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:hunter2",
                "postgresql://u:hunter2/d",
                "postgresql://u:hunter2/hunter2@h/d",
                "postgresql://u:1/hunter2@h/d",
                "postgresql://u:1/hunter2/d",
                "postgresql://u:1?hunter2",
                "postgresql://u:1/?hunter2@h/d",
                "postgresql://u:1/x?hunter2=hunter2@h/d",
                "postgresql://u:hunter2@hunter2@h/d",
                "postgresql://u:%hunter2@h/d",
                "postgresql://u:hunter2@h:x/d",
                "postgresql://u:hunter2@h/d?nonsense=1",
                "postgresql://u:hunter2@h/d?password=hunter2",
                "postgresql://u:hunter2@h/d?user=x",
                "postgres:/u:hunter2@h/d",
                "u:hunter2@h/d",
                "hunter2",
                "jdbc:postgresql://u:hunter2@h/d",
                "jdbc:postgresql://h/d?password=1&hunter2",
                "jdbc:postgresql://h/d?password=1&hunter2=2",
                "jdbc:postgresql://h/d?password=hunter2&sslmode=hunter2",
                "jdbc:postgresql://h/d?password=%hunter2",
                "jdbc:postgresql://h/d?password=hunter2&password=hunter2",
                "jdbc:postgresql://h/d?sslpassword=hunter2",
                "postgresql://u:x\nhunter2@h/d",
            })
    void anErrorContainsNoPartOfThePassword(String url) {
        Throwable error = catchThrowable(() -> DatabaseUrl.parse(url));

        assertThat(error).isInstanceOf(IllegalArgumentException.class).hasNoCause();
        assertThat(error.getMessage()).doesNotContain("hunter2").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:hunter2@h/d",
                "postgresql://h/d?user=u&password=hunter2",
                "jdbc:postgresql://h/d?user=u&password=hunter2",
            })
    void thePasswordIsNeverShown(String text) {
        DatabaseUrl url = DatabaseUrl.parse(text);

        assertThat(url.password().reveal()).isEqualTo("hunter2");
        assertThat(url).hasToString("postgresql://u:****@h:5432/d?sslmode=require");
        assertThat(url.target().toString()).doesNotContain("hunter2");
        assertThat(url.target().jdbcUrl()).isEqualTo("jdbc:postgresql://h:5432/d?sslmode=require");
    }

    @Test
    void theTargetOfAPasswordCommandDoesNotShowTheCommand() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://me@db.example.org/auth")
                .withPasswordFrom(new PasswordSource.Command("vault --token s3cret"));
        assertThat(url.target().toString()).doesNotContain("s3cret");
        assertThat(url.toString()).doesNotContain("s3cret");
    }
}
