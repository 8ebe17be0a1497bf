/**
 * The load test: sends requests over HTTP on one I/O thread, checks the responses and watches the pool. Start with
 * {@link app.rodmena.auth.tools.load.LoadCommand} and {@link app.rodmena.auth.tools.load.LoadDriver}.
 */
package app.rodmena.auth.tools.load;
