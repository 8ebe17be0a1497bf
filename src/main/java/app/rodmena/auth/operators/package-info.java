/** Who may look at this server from outside, who may control it, and how they prove that it is them. */
package app.rodmena.auth.operators;
