/**
 * Checks of the capacity model: simulations of fleets, and a comparison with a real pool. Start with
 * {@link app.rodmena.auth.tools.model.FleetSimulation} and {@link app.rodmena.auth.tools.model.ModelCheck}.
 */
package app.rodmena.auth.tools.model;
