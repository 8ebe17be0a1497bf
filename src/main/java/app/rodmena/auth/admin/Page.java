package app.rodmena.auth.admin;

/**
 * Answers requests. Blocks only where it is {@linkplain Pages#readPatiently said} to; throws IllegalArgumentException
 * for a 400.
 */
@FunctionalInterface
interface Page {
    Response answer(Asked asked);
}
