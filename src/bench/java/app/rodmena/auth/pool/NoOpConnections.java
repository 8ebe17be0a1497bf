package app.rodmena.auth.pool;

import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.NoPrimaryException;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.postgres.SessionOptions;
import app.rodmena.auth.postgres.TransactionState;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Optional;

/** Connections without a server that return immediately, so that only the pool is measured. */
final class NoOpConnections extends Connector {
    NoOpConnections() {
        super(new DatabaseTarget("jdbc:postgresql://localhost/none", "none", Secret.NONE));
    }

    @Override
    public Connection open(SessionOptions session) {
        return open();
    }

    static Connection open() {
        return noOp(Connection.class);
    }

    @Override
    public int backendPid(Connection connection) {
        return 4711;
    }

    @Override
    public boolean isInTransaction(Connection connection) {
        return false;
    }

    @Override
    public void cancel(Connection connection) {}

    @Override
    public Optional<NoPrimaryException> reportedProblem(Connection connection) {
        return Optional.empty();
    }

    @Override
    public TransactionState transactionState(Connection connection) {
        return TransactionState.UNKNOWN;
    }

    private static <T> T noOp(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                NoOpConnections.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "isValid", "getAutoCommit", "execute" -> true;
                    case "isClosed", "isReadOnly" -> false;
                    case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
                    case "getNetworkTimeout", "hashCode" -> 1;
                    case "createStatement" -> noOp(Statement.class);
                    case "equals" -> proxy == arguments[0];
                    case "toString" -> "still";
                    default -> null;
                }));
    }
}
