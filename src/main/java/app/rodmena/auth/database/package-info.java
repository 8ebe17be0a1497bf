/** The door to the database: one engine per process, its migrations, whether it answers. */
package app.rodmena.auth.database;
