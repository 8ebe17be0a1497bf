/**
 * Remote access to the MBeans through remote JMX and Jolokia, under one policy. Uses {@code security} and {@code http}.
 * Start with {@link app.rodmena.auth.jmx.remote.JolokiaAgent}, {@link app.rodmena.auth.jmx.remote.RemoteJmx} and
 * {@link app.rodmena.auth.jmx.remote.MBeanPolicy}.
 */
package app.rodmena.auth.jmx.remote;
