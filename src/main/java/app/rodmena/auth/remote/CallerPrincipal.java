package app.rodmena.auth.remote;

import app.rodmena.auth.operators.Caller;
import java.security.Principal;

/** Who logged in, as JMX hands it from the login to the connection. */
record CallerPrincipal(Caller caller) implements Principal {
    @Override
    public String getName() {
        return caller.name();
    }
}
