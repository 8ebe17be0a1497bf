/** Why the pool is not well: who holds, who waits, what PostgreSQL says of it, and what to do. */
package app.rodmena.auth.diagnosis;
