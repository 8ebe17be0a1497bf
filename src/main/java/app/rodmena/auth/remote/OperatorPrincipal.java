package app.rodmena.auth.remote;

import app.rodmena.auth.operators.OperatorSession;
import java.security.Principal;

/** The operator session that JMX passes from the authenticator to the connection. */
record OperatorPrincipal(OperatorSession caller) implements Principal {
    @Override
    public String getName() {
        return caller.name();
    }
}
