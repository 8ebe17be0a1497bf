package app.rodmena.auth.pool;

import app.rodmena.auth.common.SqlState;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

/** The replacement for a connection that was revoked from its holder: its methods fail with the reason. */
final class ReclaimedConnection {
    /**
     * configuration_limit_exceeded: unlike the SQLState of a broken connection, it does not make Hikari evict the
     * connection.
     */
    static final String SQL_STATE = SqlState.LIMIT_EXCEEDED;

    private ReclaimedConnection() {}

    /** A closed connection whose methods throw an {@link SQLException} with the given reason. */
    static Connection connection(String reason) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "isClosed" -> true;
            case "isValid", "isWrapperFor", "equals" -> false;
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> reason;
            case "close", "abort" -> null;
            default -> throw new SQLException(reason, SQL_STATE);
        };
        return (Connection) Proxy.newProxyInstance(
                ReclaimedConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, handler);
    }
}
