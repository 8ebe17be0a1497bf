package app.rodmena.auth.jmx.remote;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** A bean with the name of HikariCP's configuration bean and its credential attributes. */
public final class PoolLogin implements PoolLoginMBean {
    private static final String NAME = "com.zaxxer.hikari:type=PoolConfig,name=auth";

    private String password = "hunter2";

    static void register() throws JMException {
        ManagementFactory.getPlatformMBeanServer().registerMBean(new PoolLogin(), new ObjectName(NAME));
    }

    static void unregister() throws JMException {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
    }

    @Override
    public String getPassword() {
        return password;
    }

    @Override
    public void setPassword(String password) {
        this.password = password;
    }

    @Override
    public void setUsername(String user) {
        throw new AssertionError("must be denied");
    }
}
