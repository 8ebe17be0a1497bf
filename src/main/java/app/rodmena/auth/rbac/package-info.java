/**
 * The domain: client keys, names, and the SQL of roles, memberships and permissions. Uses {@code database} and
 * {@code pool.event}. Start with {@link app.rodmena.auth.rbac.Permissions}.
 */
package app.rodmena.auth.rbac;
