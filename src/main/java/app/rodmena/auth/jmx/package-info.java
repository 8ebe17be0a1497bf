/**
 * The server's MBeans: attributes, operations and notifications with descriptions and units. Reads and changes the
 * engine through its public API. Start with {@link app.rodmena.auth.jmx.MBeans}, which registers the beans and
 * unregisters them on close.
 */
package app.rodmena.auth.jmx;
