/**
 * Queueing formulas with their sources: arithmetic only. Start with {@link app.rodmena.auth.capacity.model.QueueModel}
 * and {@link app.rodmena.auth.capacity.model.Erlang}.
 */
package app.rodmena.auth.capacity.model;
