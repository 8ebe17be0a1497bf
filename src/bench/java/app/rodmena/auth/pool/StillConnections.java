package app.rodmena.auth.pool;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;

/** Connections to nowhere, which answer at once: what is measured is the pool, and nothing of PostgreSQL. */
final class StillConnections implements ConnectionSource {
    @Override
    public Connection open(PoolSettings settings) {
        return open();
    }

    static Connection open() {
        return still(Connection.class);
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

    private static <T> T still(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                StillConnections.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "isValid", "getAutoCommit", "execute" -> true;
                    case "isClosed", "isReadOnly" -> false;
                    case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
                    case "getNetworkTimeout", "hashCode" -> 1;
                    case "createStatement" -> still(Statement.class);
                    case "equals" -> proxy == arguments[0];
                    case "toString" -> "still";
                    default -> null;
                }));
    }
}
