/**
 * The admin listener for operators: numbers, live events, diagnosis, incidents, settings, actions and the dashboard.
 * Uses {@code http}, {@code security} and the packages whose data it serves. Start with
 * {@link app.rodmena.auth.admin.AdminListener} and {@link app.rodmena.auth.admin.AdminRoutes}.
 */
package app.rodmena.auth.admin;
