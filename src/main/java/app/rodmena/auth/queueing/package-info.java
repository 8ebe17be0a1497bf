/** Queueing formulas with their sources, and simulations that verify them. Only arithmetic. */
package app.rodmena.auth.queueing;
