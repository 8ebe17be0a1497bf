/** What is in jmx-dashboards, tried on a live server with the programs it is for. */
package app.rodmena.auth.boards;
