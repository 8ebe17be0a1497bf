package app.rodmena.auth.remote;

public interface ThermostatMBean {
    int getDegrees();

    void setDegrees(int degrees);

    int reset();
}
