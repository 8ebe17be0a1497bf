/** Is the pool the right size: how many connections a fleet needs, and whether PostgreSQL has them. */
package app.rodmena.auth.capacity;
