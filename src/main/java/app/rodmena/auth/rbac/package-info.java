/**
 * The domain: client keys, names, and the SQL of roles, memberships and permissions. Uses the package database only.
 * Start with {@link app.rodmena.auth.rbac.Permissions}.
 */
package app.rodmena.auth.rbac;
