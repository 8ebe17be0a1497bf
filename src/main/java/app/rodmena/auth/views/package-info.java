/**
 * Summaries that MBeans and the admin listener share, each made of several records: sizing advice, the fleet, and the
 * totals of the pool's events. Start at {@link app.rodmena.auth.views.Totals}.
 */
package app.rodmena.auth.views;
