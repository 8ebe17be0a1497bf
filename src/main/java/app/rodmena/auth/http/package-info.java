/**
 * The API over HTTP: routes, the gate in front of them, JSON responses. Uses the packages wire, events, database, rbac
 * and health only. Start reading at {@link ApiListener}.
 */
package app.rodmena.auth.http;
