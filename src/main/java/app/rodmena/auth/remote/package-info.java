/**
 * Remote access to MBeans through remote JMX and Jolokia, with one policy. Uses {@code operators} and {@code wire}.
 * Start reading at {@link RemoteAccess} and {@link MBeanPolicy}.
 */
package app.rodmena.auth.remote;
