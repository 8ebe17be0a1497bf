/** The pool: a fair gate in front, a packed counter behind, HikariCP between. The only room that knows Hikari. */
package app.rodmena.auth.pool;
