/** The load test: sends requests over HTTP and measures the responses, on one I/O thread. */
package app.rodmena.auth.load;
