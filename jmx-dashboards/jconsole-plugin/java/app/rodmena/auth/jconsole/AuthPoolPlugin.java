package app.rodmena.auth.jconsole;

import com.sun.tools.jconsole.JConsoleContext.ConnectionState;
import com.sun.tools.jconsole.JConsolePlugin;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import javax.swing.JPanel;
import javax.swing.SwingWorker;

/** The JConsole plugin: {@code jconsole -pluginpath target/auth-jconsole-plugin.jar}. */
public final class AuthPoolPlugin extends JConsolePlugin {
    private final PoolPanel panel = new PoolPanel();

    /** For JConsole. */
    public AuthPoolPlugin() {}

    @Override
    public Map<String, JPanel> getTabs() {
        return Map.of("Auth pool", panel);
    }

    /** Reads in the background, at JConsole's interval ({@code -interval}), and shows on Swing's thread. */
    @Override
    public SwingWorker<Optional<PoolReading>, Void> newSwingWorker() {
        return new SwingWorker<>() {
            @Override
            protected Optional<PoolReading> doInBackground() throws Exception {
                return PoolReading.of(getContext().getMBeanServerConnection());
            }

            @Override
            protected void done() {
                if (getContext().getConnectionState() == ConnectionState.CONNECTED) {
                    show(this);
                } else {
                    panel.showProblem("Not connected: the numbers below are outdated");
                }
            }
        };
    }

    private void show(SwingWorker<Optional<PoolReading>, Void> worker) {
        try {
            worker.get().ifPresentOrElse(panel::show, () -> panel.showProblem("This JVM has no pool of auth"));
        } catch (ExecutionException e) {
            panel.showProblem("The pool could not be read: " + e.getCause().getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
