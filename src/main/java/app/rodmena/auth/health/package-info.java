/** Is it well: checks, one report. */
package app.rodmena.auth.health;
