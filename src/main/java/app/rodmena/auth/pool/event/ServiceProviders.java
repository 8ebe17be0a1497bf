package app.rodmena.auth.pool.event;

import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Instantiates the listeners and interceptors that are declared on the class path for {@link ServiceLoader}. */
public final class ServiceProviders {
    private static final Logger LOG = LoggerFactory.getLogger("auth.events");

    private ServiceProviders() {}

    /**
     * Passes one instance of each provider of {@code service} to {@code use}. A provider that cannot be instantiated is
     * logged and ignored.
     */
    public static <T> void forEach(Class<T> service, Consumer<T> use) {
        Iterator<ServiceLoader.Provider<T>> providers =
                ServiceLoader.load(service).stream().iterator();
        while (hasNext(service, providers)) {
            ServiceLoader.Provider<T> provider = providers.next();
            try {
                use.accept(provider.get());
                LOG.info("Installed {}", provider.type().getName());
            } catch (ServiceConfigurationError e) {
                LOG.error(
                        "{} cannot be instantiated and is ignored",
                        provider.type().getName(),
                        e);
            }
        }
    }

    private static boolean hasNext(Class<?> service, Iterator<?> providers) {
        try {
            return providers.hasNext();
        } catch (ServiceConfigurationError e) {
            LOG.error("The provider list of {} is invalid; the remaining providers are ignored", service.getName(), e);
            return false;
        }
    }
}
