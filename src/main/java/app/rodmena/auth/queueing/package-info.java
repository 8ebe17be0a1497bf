/**
 * How long one waits in a queue: formulas with their sources, and simulations to hold them against. Only arithmetic.
 */
package app.rodmena.auth.queueing;
