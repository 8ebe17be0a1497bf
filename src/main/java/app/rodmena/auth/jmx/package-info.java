/**
 * The server's MBeans: attributes, operations and notifications with descriptions and units. Reads and changes the
 * engine through its public API; depends on views for rows and on mbean for the mapping to open types. Start with
 * {@link app.rodmena.auth.jmx.MBeans}, which registers all beans and unregisters them on close.
 */
package app.rodmena.auth.jmx;
