package app.rodmena.auth.jmx.remote;

public interface ThermostatMBean {
    int getDegrees();

    void setDegrees(int degrees);

    int reset();
}
