/** What happens in the pool, and who hears of it: events, listeners, the log. */
package app.rodmena.auth.events;
