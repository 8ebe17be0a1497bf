package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.security.OperatorSession;
import java.security.Principal;

/** The operator session that JMX passes from the authenticator to the connection. */
record OperatorPrincipal(OperatorSession session) implements Principal {
    @Override
    public String getName() {
        return session.name();
    }
}
