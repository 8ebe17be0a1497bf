/**
 * The admin API over HTTP, for operators: numbers, live events, diagnosis, incidents, settings, actions and the
 * dashboard. Shares the HTTP code of the package wire with the API, and uses the packages whose data it serves. Start
 * reading at {@link AdminListener}.
 */
package app.rodmena.auth.admin;
