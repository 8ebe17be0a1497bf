package app.rodmena.auth.admin;

/** Answers requests. Called on a thread that may block for a while; throws IllegalArgumentException for a 400. */
@FunctionalInterface
interface Page {
    Response answer(Asked asked);
}
