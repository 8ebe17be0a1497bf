package app.rodmena.auth.remote;

import app.rodmena.auth.operators.Caller;
import java.security.Principal;

/** The operator session that JMX passes from the authenticator to the connection. */
record CallerPrincipal(Caller caller) implements Principal {
    @Override
    public String getName() {
        return caller.name();
    }
}
