/** Who may do what: keys, names, and the SQL that answers. */
package app.rodmena.auth.rbac;
