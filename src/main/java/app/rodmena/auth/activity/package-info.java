/** What PostgreSQL sees of its clients: who does what, who waits for whom, and how many there may be. */
package app.rodmena.auth.activity;
