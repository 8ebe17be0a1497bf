package app.rodmena.auth.diagnosis;

/**
 * The generic plan of a statement.
 *
 * @param nodes the nodes and their conditions, from the top
 * @param change its recent change, for example {@code PLAN_CHANGED 40 s ago: Index Scan using a on b became Seq Scan on
 *     b}; empty if it did not change
 */
record StatementPlan(String nodes, String change) {}
