package app.rodmena.auth.jmx.remote;

public interface PoolLoginMBean {
    String getPassword();

    void setPassword(String password);

    void setUsername(String user);
}
