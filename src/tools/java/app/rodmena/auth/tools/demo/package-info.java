/**
 * The demos: a server of its own with a failure on purpose, and its diagnosis. Start with
 * {@link app.rodmena.auth.tools.demo.DemoCommand}.
 */
package app.rodmena.auth.tools.demo;
