/** A tab "Auth pool" for JConsole. It knows nothing but JMX, so that it also works with a server of another version. */
package app.rodmena.auth.jconsole;
