package app.rodmena.auth.pool.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceProvidersTest {
    /** The service. */
    public interface Service {}

    /** A provider whose constructor fails. */
    public static final class Broken implements Service {
        public Broken() {
            throw new IllegalStateException("on purpose");
        }
    }

    /** A working provider. */
    public static final class Sound implements Service {}

    @Test
    void brokenProvidersAreSkipped() {
        List<Service> found = new ArrayList<>();
        ServiceProviders.forEach(Service.class, found::add);
        assertThat(found).hasSize(1).hasOnlyElementsOfType(Sound.class);
    }
}
