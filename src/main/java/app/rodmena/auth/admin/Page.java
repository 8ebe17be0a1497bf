package app.rodmena.auth.admin;

/**
 * Answers requests. Blocks only where it is {@linkplain Pages#readPatiently said} to. Throws {@link BadRequest}, or
 * what other rooms throw for what nobody can have, for a 400.
 */
@FunctionalInterface
interface Page {
    Response answer(Asked asked);
}
