/** The MBeans from outside: remote JMX and Jolokia, behind one policy. */
package app.rodmena.auth.remote;
