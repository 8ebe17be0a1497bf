package app.rodmena.auth.admin;

/**
 * Handles the requests of a path. Must be thread-safe, and may block only if its {@link AdminRoutes.AdminRoute} allows
 * it. For a 400 it throws {@link BadRequestException}, or an exception of another package for an invalid or refused
 * request (see {@link AdminHandler}).
 */
@FunctionalInterface
interface AdminEndpoint {
    ResponseWriter handle(AdminRequest request);
}
