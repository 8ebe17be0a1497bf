/** A tab "Auth pool" for JConsole. It uses JMX only, so that it also works with other versions of the server. */
package app.rodmena.auth.jconsole;
