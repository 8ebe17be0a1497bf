package app.rodmena.auth.remote;

import javax.management.ObjectName;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;

/**
 * What {@link Guard} lets through, asked by Jolokia before it looks whether there is such a thing, so that what is
 * hidden is denied and not just missing. Who may come in at all, {@link JolokiaDoor} has decided.
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
        Guard.checkRead(JolokiaAgent.caller(), name, attribute);
        return true;
    }

    @Override
    public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
        Guard.checkWrite(JolokiaAgent.caller(), name, attribute);
        return true;
    }

    @Override
    public boolean isOperationAllowed(ObjectName name, String operation) {
        Guard.checkInvoke(JolokiaAgent.caller(), name, operation);
        return true;
    }

    @Override
    public boolean isRemoteAccessAllowed(String... hostOrAddress) {
        return true;
    }

    /** For CORS headers, none of which we send; whom we answer is decided at the door. */
    @Override
    public boolean isOriginAllowed(String origin, boolean onlyWhenStrict) {
        return onlyWhenStrict;
    }

    @Override
    public boolean isObjectNameHidden(ObjectName name) {
        return !MBeanPolicy.isVisible(name);
    }

    /** A proxy in front may speak TLS for us. */
    @Override
    public boolean ignoreScheme() {
        return true;
    }
}
