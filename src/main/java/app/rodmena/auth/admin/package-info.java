/** What operators see and do over HTTP: numbers, events as they happen, settings, the dashboard. */
package app.rodmena.auth.admin;
