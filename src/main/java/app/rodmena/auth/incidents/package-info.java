/** What was the matter, kept so that it can be looked at afterwards; and what an operator can do about it meanwhile. */
package app.rodmena.auth.incidents;
