/** How an ordinary object, with descriptions on its methods, becomes an MBean that every client can read. */
package app.rodmena.auth.mbean;
