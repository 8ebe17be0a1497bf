/** Commands that do one thing and end: what they print, and the code they exit with. */
package app.rodmena.auth.cli;
