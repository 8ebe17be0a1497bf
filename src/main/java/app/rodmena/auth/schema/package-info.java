/** How values are written for clients: the formats that MBeans, JSON and texts have in common. */
package app.rodmena.auth.schema;
