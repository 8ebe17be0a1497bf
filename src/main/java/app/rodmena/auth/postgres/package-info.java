/** How PostgreSQL is reached: its address, the login, the connections themselves. The only room that knows pgjdbc. */
package app.rodmena.auth.postgres;
