package app.rodmena.auth.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that ask a process to stop. Without a handler the JVM runs its shutdown hooks at the first one and
 * ignores the others. A signal that is ignored, as SIGHUP under nohup, stays so.
 *
 * <p>The JDK's only API for signals is {@code sun.misc.Signal} of the module jdk.unsupported; javac warns of each use,
 * so that it is called by reflection.
 */
final class StopSignals {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);
    private static final List<String> NAMES = List.of("TERM", "INT", "HUP");

    private StopSignals() {}

    /** Runs an action on a thread of the JVM at each of these signals. */
    static void handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onSignal = Proxy.newProxyInstance(
                    StopSignals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
            for (String name : NAMES) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), onSignal);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            // With -Xrs, or in a runtime image without jdk.unsupported: the JVM's own handling remains.
            Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
            LOG.debug("A second signal has no effect: {}", String.valueOf(cause));
        }
    }
}
