/**
 * {@code ./run.sh bench}: the server under load beside what it is to be compared with. Started as processes of their
 * own on one PostgreSQL, asked the same questions in turns, and their answers checked.
 */
package app.rodmena.auth.bench;
