package app.rodmena.auth.postgres;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The detail of an error of PostgreSQL, which its message omits because it may quote rows: to be parsed, not shown. */
public final class ErrorDetail {
    private ErrorDetail() {}

    /** The detail of the error that caused a failure; empty if there is none. */
    public static Optional<String> of(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .filter(PSQLException.class::isInstance)
                .map(cause -> ((PSQLException) cause).getServerErrorMessage())
                .filter(Objects::nonNull)
                .map(ServerErrorMessage::getDetail)
                .filter(Objects::nonNull)
                .findFirst();
    }
}
