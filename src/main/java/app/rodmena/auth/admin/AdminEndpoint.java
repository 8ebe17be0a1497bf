package app.rodmena.auth.admin;

/**
 * Answers requests. Blocks only where it is {@linkplain AdminRoutes#readPatiently said} to. Throws
 * {@link BadRequestException}, or what other rooms throw for what nobody can have, for a 400.
 */
@FunctionalInterface
interface AdminEndpoint {
    ResponseWriter answer(AdminRequest asked);
}
