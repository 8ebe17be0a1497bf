package app.rodmena.auth.events;

import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the listeners and interceptors that are on the class path, as {@link ServiceLoader} does. */
public final class Installed {
    private static final Logger LOG = LoggerFactory.getLogger("auth.events");

    private Installed() {}

    /** Hands over one instance of each provider of {@code service}; one that can't be made is logged and left out. */
    public static <T> void each(Class<T> service, Consumer<T> use) {
        Iterator<ServiceLoader.Provider<T>> providers =
                ServiceLoader.load(service).stream().iterator();
        while (hasNext(service, providers)) {
            ServiceLoader.Provider<T> provider = providers.next();
            try {
                use.accept(provider.get());
                LOG.info("Installed {}", provider.type().getName());
            } catch (ServiceConfigurationError e) {
                LOG.error("{} can't be made and is left out", provider.type().getName(), e);
            }
        }
    }

    private static boolean hasNext(Class<?> service, Iterator<?> providers) {
        try {
            return providers.hasNext();
        } catch (ServiceConfigurationError e) {
            LOG.error("The list of {} is wrong; what is left of it is left out", service.getName(), e);
            return false;
        }
    }
}
