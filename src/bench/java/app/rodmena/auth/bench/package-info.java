/**
 * {@code ./run.sh bench}: compares the server under load with other contenders. Each is a process of its own on the
 * same PostgreSQL; they get the same checks alternately, and their responses are verified. Start reading with
 * {@code Bench}.
 */
package app.rodmena.auth.bench;
