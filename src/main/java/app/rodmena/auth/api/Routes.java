package app.rodmena.auth.api;

import app.rodmena.auth.api.ApiHandler.ApiRequest;
import app.rodmena.auth.api.ResponseBodies.Name;
import app.rodmena.auth.api.ResponseBodies.Result;
import app.rodmena.auth.api.ResponseBodies.Role;
import app.rodmena.auth.api.ResponseBodies.User;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.http.ContentNegotiation;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.JsonFields;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.Router;
import app.rodmena.auth.http.SseClient;
import app.rodmena.auth.metrics.health.Health;
import app.rodmena.auth.metrics.health.Health.DatabaseHealth;
import app.rodmena.auth.metrics.health.Health.HealthReport;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.rbac.Change;
import app.rodmena.auth.rbac.Changes;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.rbac.Listing;
import app.rodmena.auth.rbac.Memberships;
import app.rodmena.auth.rbac.PermissionName;
import app.rodmena.auth.rbac.Permissions;
import app.rodmena.auth.rbac.Permissions.PermissionCheck;
import app.rodmena.auth.rbac.RoleName;
import app.rodmena.auth.rbac.Roles;
import app.rodmena.auth.rbac.Roles.RoleDescription;
import app.rodmena.auth.rbac.UserName;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** The table of the API's routes: method, path, types of the path's names, service method, format of the response. */
final class Routes {
    private static final String GET = "GET";
    private static final String POST = "POST";
    private static final String PUT = "PUT";
    private static final String DELETE = "DELETE";
    private static final HttpString LINK_HEADER = new HttpString("Link");
    private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
    private static final int DEFAULT_CHANGES = 100;
    private static final String LIMIT = "limit";
    private static final String AFTER = "after";

    /** Handles the requests of a route. */
    sealed interface Endpoint {
        /** Needs no client key; answered immediately on the I/O thread. */
        record Open(Supplier<Response> response) implements Endpoint {}

        /**
         * Needs a client key; answered when the database has responded.
         *
         * @param takesBody whether it has parameters in the body
         * @param parameters the names of the parameters that it takes in the query
         * @param action calls the service; the stage completes with null if the request's {@link ApiRequest#list} has
         *     sent the response
         */
        record Keyed(boolean takesBody, Set<String> parameters, Function<ApiRequest, CompletionStage<Response>> action)
                implements Endpoint {
            /** Takes parameters in the path only. */
            Keyed(Function<ApiRequest, CompletionStage<Response>> action) {
                this(false, Set.of(), action);
            }
        }
    }

    private final Router<Endpoint> router = new Router<>();

    private Routes() {}

    static Router<Endpoint> of(DatabaseEngine database, Health health, ChangeStreams streams) {
        Routes routes = new Routes();
        routes.open(health);
        routes.permissions(new Permissions(database));
        Memberships memberships = new Memberships(database);
        routes.memberships(memberships);
        routes.roles(new Roles(database));
        routes.users(memberships);
        routes.changes(new Changes(database), streams);
        return routes.router;
    }

    private void open(Health health) {
        Response pong = ResponseBodies.json(200, Map.of("message", "PONG"));
        open("/ping", () -> pong);
        open("/health", () -> toResponse(health.database()));
        open("/health/live", () -> report(health.live()));
        open("/health/ready", () -> report(health.ready()));
        open("/health/started", () -> report(health.started()));
        open("/openapi.json", OpenApi::json);
        open("/openapi.yaml", OpenApi::yaml);
    }

    private void permissions(Permissions permissions) {
        String permissionPath = "/api/permission/{role}/{name}";
        keyed(GET, permissionPath, RoleName::new, PermissionName::new, permissions::roleHolds, bare());
        keyed(POST, permissionPath, RoleName::new, PermissionName::new, permissions::grant, bare());
        keyed(DELETE, permissionPath, RoleName::new, PermissionName::new, permissions::revoke, bare());

        keyed(
                GET,
                "/api/has_permission/{user}/{name}",
                UserName::new,
                PermissionName::new,
                permissions::userHolds,
                yesOrNo("Permission checked", ResponseBodies.HasPermission::new));
        router.add(POST, "/api/check", new Endpoint.Keyed(true, Set.of(), request -> check(permissions, request)));
        listed(
                "/api/user_permissions/{user}",
                UserName::new,
                permissions::ofUser,
                ListFormat.counted(
                        "Permissions of the user", "permissions", permission -> new Name(permission.name())));
        listed(
                "/api/role_permissions/{role}",
                RoleName::new,
                permissions::ofRole,
                ListFormat.wrapped("Permissions of the role", Name::new));

        listed(
                "/api/permissions",
                request -> permissions.list(request.caller(), request.key()),
                ListFormat.bare(Name::new));
        keyed(
                DELETE,
                "/api/permission/{name}",
                PermissionName::new,
                permissions::delete,
                yesOrNo("Permission deletion finished", Result::new));

        listed("/api/which_roles_can/{name}", PermissionName::new, permissions::rolesWith, ListFormat.bare(Role::new));
        listed("/api/which_users_can/{name}", PermissionName::new, permissions::usersWith, ListFormat.bare());

        listed(
                "/api/workflow/users/{name}",
                PermissionName::ofWorkflow,
                permissions::usersWith,
                ListFormat.counted("Users who can run the workflow", "members", Function.identity()));
        keyed(
                GET,
                "/api/workflow/user/{user}/can_run/{name}",
                UserName::new,
                PermissionName::ofWorkflowToRun,
                permissions::userHolds,
                yesOrNo("Workflow permission checked", ResponseBodies.HasPermission::new));
    }

    private static CompletionStage<Response> check(Permissions permissions, ApiRequest request) {
        BatchCheckRequest batch = BatchCheckRequest.of(request.body());
        List<PermissionCheck> checks = batch.checks();
        CompletionStage<List<Boolean>> allowed = checks.isEmpty()
                ? CompletableFuture.completedStage(List.of())
                : permissions.usersHold(request.caller(), request.key(), checks);
        return allowed.thenApply(
                permitted -> ResponseBodies.wrapped("Permissions checked", batch.responseData(permitted)));
    }

    private void memberships(Memberships memberships) {
        String membershipPath = "/api/membership/{user}/{role}";
        Function<Boolean, Response> checked = yesOrNo("Membership checked", ResponseBodies.HasPermission::new);
        keyed(GET, membershipPath, UserName::new, RoleName::new, memberships::holds, checked);
        keyed(POST, membershipPath, UserName::new, RoleName::new, memberships::grant, bare());
        keyed(DELETE, membershipPath, UserName::new, RoleName::new, memberships::revoke, bare());

        listed("/api/user_roles/{user}", UserName::new, memberships::ofUser, ListFormat.bare());
        listed("/api/members/{role}", RoleName::new, memberships::ofRole, ListFormat.bare());
    }

    private void roles(Roles roles) {
        listed("/api/roles", request -> roles.list(request.caller(), request.key()), ListFormat.bare());
        keyed(POST, "/api/role/{role}", RoleName::new, roles::create, bare());
        keyed(DELETE, "/api/role/{role}", RoleName::new, roles::delete, yesOrNo("Role deletion finished", Result::new));
        Function<Boolean, Response> described = yesOrNo("Role description set", Result::new);
        router.add(
                PUT,
                "/api/role/{role}/description",
                new Endpoint.Keyed(
                        true,
                        Set.of(),
                        request -> roles.describe(
                                        request.caller(),
                                        request.key(),
                                        new RoleName(request.parameter(0)),
                                        new RoleDescription(JsonFields.of(request.body(), Set.of("description"))
                                                .textOrNull("description")
                                                .orElse(null)))
                                .thenApply(described)));
    }

    private void users(Memberships memberships) {
        listed(
                "/api/users",
                request -> memberships.listUsers(request.caller(), request.key()),
                ListFormat.bare(User::new));
        keyed(
                DELETE,
                "/api/user/{user}",
                UserName::new,
                memberships::deleteUser,
                yesOrNo("User deletion finished", Result::new));
    }

    private void changes(Changes changes, ChangeStreams streams) {
        router.add(GET, "/api/changes", new Endpoint.Keyed(false, Set.of(LIMIT, AFTER), request -> {
            String accept = request.header(Headers.ACCEPT);
            boolean events = ContentNegotiation.preferred(accept, List.of(Response.JSON, SseClient.TYPE))
                    .equals(SseClient.TYPE);
            return events ? events(streams, request) : changes(changes, request);
        }));
    }

    private static CompletionStage<Response> changes(Changes changes, ApiRequest request) {
        int limit = request.query().number(LIMIT, 1, Changes.MAX_PAGE).orElse(DEFAULT_CHANGES);
        return changes.page(
                        request.caller(), request.key(), limit, request.query().text(AFTER))
                .thenApply(page -> withNext(
                        ResponseBodies.bare(
                                page.changes().stream().map(Change::fields).toList()),
                        limit,
                        page.next(),
                        request));
    }

    private static CompletionStage<Response> events(ChangeStreams streams, ApiRequest request) {
        if (request.query().text(LIMIT).isPresent()) {
            throw HttpError.badRequest("limit: not for a stream of events");
        }
        // A browser that reconnects repeats its first query, and adds this header.
        String lastId = request.header(LAST_EVENT_ID);
        return streams.open(request, lastId.isEmpty() ? request.query().text(AFTER) : Optional.of(lastId));
    }

    private void open(String path, Supplier<Response> supplier) {
        router.add(GET, path, new Endpoint.Open(supplier));
    }

    private <A, T> void listed(
            String path, Function<String, A> name, OneParameterMethod<A, Listing<T>> call, ListFormat<T> format) {
        listed(path, request -> call.of(request.caller(), request.key(), name.apply(request.parameter(0))), format);
    }

    private <T> void listed(String path, Function<ApiRequest, Listing<T>> call, ListFormat<T> format) {
        router.add(
                GET,
                path,
                new Endpoint.Keyed(false, Set.of(LIMIT, AFTER), request -> list(call.apply(request), format, request)));
    }

    private static <T> CompletionStage<Response> list(Listing<T> listing, ListFormat<T> format, ApiRequest request) {
        OptionalInt limit = request.query().number(LIMIT, 1, Listing.MAX_SHORT);
        Optional<String> after = request.query().text(AFTER);
        if (limit.isPresent()) {
            return listing.page(limit.getAsInt(), after)
                    .thenApply(page -> toResponse(page, format, limit.getAsInt(), request));
        }
        if (after.isPresent()) {
            throw HttpError.badRequest("after: requires limit");
        }
        return listing.readShort()
                .thenCompose(rows -> rows.isPresent()
                        ? CompletableFuture.completedStage(format.toResponse(rows.get()))
                        : stream(listing, format, request.list()));
    }

    private static <T> Response toResponse(Listing.Page<T> page, ListFormat<T> format, int limit, ApiRequest request) {
        Response response = format.toResponse(page.rows());
        return page.next()
                .map(cursor -> withNext(response, limit, cursor, request))
                .orElse(response);
    }

    private static Response withNext(Response response, int limit, String cursor, ApiRequest request) {
        String next = request.target("limit=%s&after=%s".formatted(limit, cursor));
        return response.with(LINK_HEADER, "<%s>; rel=\"next\"".formatted(next));
    }

    private static <T> CompletionStage<Response> stream(Listing<T> listing, ListFormat<T> format, ListResponse list) {
        // Checked on arrival, and again when a connection is available, which may be seconds later
        Runnable requireRoom = () -> list.requireRoom(ListFormat.Writer.CHUNK_BYTES);
        requireRoom.run();
        ListFormat.Writer<T> body = new ListFormat.Writer<>(list, format);
        return listing.forEach(requireRoom, body)
                .<Response>thenApply(count -> {
                    body.end(count);
                    return null;
                })
                .whenComplete((response, failure) -> body.close());
    }

    private <A, T> void keyed(
            String method,
            String path,
            Function<String, A> name,
            OneParameterMethod<A, CompletionStage<T>> call,
            Function<? super T, Response> mapper) {
        Function<ApiRequest, CompletionStage<Response>> action =
                request -> call.of(request.caller(), request.key(), name.apply(request.parameter(0)))
                        .thenApply(mapper);
        router.add(method, path, new Endpoint.Keyed(action));
    }

    private <A, B, T> void keyed(
            String method,
            String path,
            Function<String, A> firstType,
            Function<String, B> secondType,
            TwoParameterMethod<A, B, T> call,
            Function<? super T, Response> mapper) {
        Function<ApiRequest, CompletionStage<Response>> action = request -> call.of(
                        request.caller(),
                        request.key(),
                        firstType.apply(request.parameter(0)),
                        secondType.apply(request.parameter(1)))
                .thenApply(mapper);
        router.add(method, path, new Endpoint.Keyed(action));
    }

    private static Response toResponse(DatabaseHealth health) {
        return ResponseBodies.json(health.healthy() ? 200 : 503, health);
    }

    private static Response report(HealthReport report) {
        return ResponseBodies.json(report.up() ? 200 : 503, report);
    }

    @FunctionalInterface
    private interface OneParameterMethod<A, R> {
        R of(CallContext caller, ClientKey key, A name);
    }

    @FunctionalInterface
    private interface TwoParameterMethod<A, B, T> {
        CompletionStage<T> of(CallContext caller, ClientKey key, A firstType, B secondType);
    }

    /** The response with the result alone; the function runs on the thread that completes the result. */
    private static <T> Function<T, Response> bare() {
        return ResponseBodies::bare;
    }

    /** Maps a boolean to one of two wrapped responses, which are serialized in advance. */
    private static Function<Boolean, Response> yesOrNo(String message, Function<Boolean, ?> toData) {
        Supplier<Response> yes = ResponseBodies.stamped(message, toData.apply(true));
        Supplier<Response> no = ResponseBodies.stamped(message, toData.apply(false));
        return result -> (result ? yes : no).get();
    }
}
