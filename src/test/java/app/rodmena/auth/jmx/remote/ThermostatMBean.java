package app.rodmena.auth.jmx.remote;

import java.io.IOException;

public interface ThermostatMBean {
    int getDegrees();

    void setDegrees(int degrees);

    int reset();

    void defrost() throws IOException;
}
