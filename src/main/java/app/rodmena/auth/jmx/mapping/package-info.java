/** Turns an ordinary object with descriptions on its methods into an open MBean. Start at {@link DescribedMBean}. */
package app.rodmena.auth.jmx.mapping;
