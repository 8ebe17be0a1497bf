/** What doors show of the pool, in rows with descriptions: the same names and numbers over JMX and over HTTP. */
package app.rodmena.auth.views;
