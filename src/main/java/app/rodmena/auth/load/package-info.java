/** Puts load on a server over HTTP and measures what becomes of it. One I/O thread does it all. */
package app.rodmena.auth.load;
