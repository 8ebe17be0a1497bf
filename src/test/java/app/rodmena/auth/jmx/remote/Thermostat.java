package app.rodmena.auth.jmx.remote;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;

/** A test bean with a writable attribute, an operation and a notification. */
public final class Thermostat extends NotificationBroadcasterSupport implements ThermostatMBean {
    private final ObjectName name;
    private final AtomicLong sequence = new AtomicLong();
    private volatile int degrees = 20;

    Thermostat(ObjectName name) {
        super(new MBeanNotificationInfo(new String[] {"reset"}, Notification.class.getName(), "Sent on reset"));
        this.name = name;
    }

    @Override
    public int getDegrees() {
        return degrees;
    }

    @Override
    public void setDegrees(int degrees) {
        this.degrees = degrees;
    }

    @Override
    public int reset() {
        degrees = 20;
        sendNotification(new Notification("reset", name, sequence.incrementAndGet(), "reset to 20"));
        return degrees;
    }

    @Override
    public void defrost() throws IOException {
        throw new IOException("no heating");
    }
}
