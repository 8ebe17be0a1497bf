package app.rodmena.auth.jmx.remote;

import javax.management.ObjectName;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;

/**
 * The checks of {@link GuardedMBeanServer} as a Jolokia restrictor. Jolokia calls it before it looks for the bean, so
 * that access to a hidden bean is reported as denied, not as missing. {@link JolokiaSecurityFilter} checks the client.
 */
final class JolokiaRestrictor implements Restrictor {
    @Override
    public boolean isHttpMethodAllowed(HttpMethod method) {
        return method == HttpMethod.GET || method == HttpMethod.POST;
    }

    @Override
    public boolean isTypeAllowed(RequestType type) {
        return switch (type) {
            case READ, WRITE, EXEC, LIST, SEARCH, VERSION, NOTIFICATION -> true;
            case CONFIG -> false;
        };
    }

    @Override
    public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
        GuardedMBeanServer.checkRead(JolokiaAgent.currentSession(), name, attribute);
        return true;
    }

    @Override
    public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
        GuardedMBeanServer.checkWrite(JolokiaAgent.currentSession(), name, attribute);
        return true;
    }

    @Override
    public boolean isOperationAllowed(ObjectName name, String operation) {
        GuardedMBeanServer.checkInvoke(JolokiaAgent.currentSession(), name, operation);
        return true;
    }

    @Override
    public boolean isRemoteAccessAllowed(String... hostOrAddress) {
        return true;
    }

    /**
     * Jolokia asks with {@code onlyWhenStrict} whether to accept a request, whose origin {@link JolokiaSecurityFilter}
     * has checked already, and without it whether to send CORS headers, which it never must.
     */
    @Override
    public boolean isOriginAllowed(String origin, boolean onlyWhenStrict) {
        return onlyWhenStrict;
    }

    @Override
    public boolean isObjectNameHidden(ObjectName name) {
        return !MBeanPolicy.isVisible(name);
    }

    /** True, since a reverse proxy may terminate TLS. */
    @Override
    public boolean ignoreScheme() {
        return true;
    }
}
