package app.rodmena.auth.pool;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

/** What is left to its holder of a connection that was taken away from it: every call is told so. */
final class Reclaimed {
    /** configuration_limit_exceeded: not a broken connection, which Hikari would look into. */
    static final String SQL_STATE = "53400";

    private Reclaimed() {}

    /** A connection that is closed, and says why to whoever goes on with it. */
    static Connection connection(String why) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "isClosed" -> true;
            case "isValid", "isWrapperFor", "equals" -> false;
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> why;
            case "close", "abort" -> null;
            default -> throw new SQLException(why, SQL_STATE);
        };
        return (Connection)
                Proxy.newProxyInstance(Reclaimed.class.getClassLoader(), new Class<?>[] {Connection.class}, handler);
    }
}
