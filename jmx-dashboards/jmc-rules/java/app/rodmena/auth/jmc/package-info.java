/** A rule for JDK Mission Control's automated analysis; a jar of its own, without the server's classes. */
package app.rodmena.auth.jmc;
