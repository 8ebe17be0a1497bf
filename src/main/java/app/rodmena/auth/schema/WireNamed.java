package app.rodmena.auth.schema;

import java.util.Locale;

/** An enum whose constants clients see in lower case. */
public interface WireNamed {
    String name();

    /** The name for clients, such as {@code in_use}. */
    default String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
