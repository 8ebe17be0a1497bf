package app.rodmena.auth.http;

import static app.rodmena.auth.http.Route.DELETE;
import static app.rodmena.auth.http.Route.GET;
import static app.rodmena.auth.http.Route.POST;
import static app.rodmena.auth.http.Routes.Render.bare;
import static app.rodmena.auth.http.Routes.Render.wrapped;
import static app.rodmena.auth.http.Routes.Render.yesOrNo;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.events.Caller;
import app.rodmena.auth.health.DatabaseHealth;
import app.rodmena.auth.health.Health;
import app.rodmena.auth.health.HealthReport;
import app.rodmena.auth.rbac.Check;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.rbac.Memberships;
import app.rodmena.auth.rbac.PermissionName;
import app.rodmena.auth.rbac.Permissions;
import app.rodmena.auth.rbac.RoleName;
import app.rodmena.auth.rbac.Roles;
import app.rodmena.auth.rbac.UserName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** The API's table of contents: method, path, what the names in it are, who answers, in which shape. */
final class Routes {
    private final RouteTree tree = new RouteTree();

    private Routes() {}

    static RouteTree of(DatabaseEngine database, Health health) {
        Routes routes = new Routes();
        routes.open(health);
        routes.permissions(new Permissions(database));
        routes.memberships(new Memberships(database));
        routes.roles(new Roles(database));
        return routes.tree;
    }

    private void open(Health health) {
        Answer pong = Answer.json(200, Map.of("message", "PONG"));
        open("/ping", () -> pong);
        open("/health", () -> database(health.database()));
        open("/health/live", () -> report(health.live()));
        open("/health/ready", () -> report(health.ready()));
        open("/health/started", () -> report(health.started()));
    }

    private void permissions(Permissions permissions) {
        String holds = "/api/permission/{role}/{name}";
        keyed(GET, holds, RoleName::new, PermissionName::new, permissions::roleHolds, bare());
        keyed(POST, holds, RoleName::new, PermissionName::new, permissions::grant, bare());
        keyed(DELETE, holds, RoleName::new, PermissionName::new, permissions::revoke, bare());

        keyed(
                GET,
                "/api/has_permission/{user}/{name}",
                UserName::new,
                PermissionName::new,
                permissions::userHolds,
                yesOrNo("Permission checked", Shapes.HasPermission::new));
        String check = "/api/check";
        tree.add(
                POST,
                check,
                new Route.Posted(POST + " " + check, (caller, key, body) -> check(permissions, caller, key, body)));
        keyed(
                GET,
                "/api/user_permissions/{user}",
                UserName::new,
                permissions::ofUser,
                wrapped("Permissions of the user", Shapes::userPermissions));
        keyed(
                GET,
                "/api/role_permissions/{role}",
                RoleName::new,
                permissions::ofRole,
                wrapped("Permissions of the role", Shapes::names));

        keyed(GET, "/api/which_roles_can/{name}", PermissionName::new, permissions::rolesWith, bare(Shapes::roles));
        keyed(GET, "/api/which_users_can/{name}", PermissionName::new, permissions::usersWith, bare());

        keyed(
                GET,
                "/api/workflow/users/{name}",
                PermissionName::ofWorkflow,
                permissions::usersWith,
                wrapped("Users who can run the workflow", Shapes::workflowUsers));
        keyed(
                GET,
                "/api/workflow/user/{user}/can_run/{name}",
                UserName::new,
                PermissionName::ofWorkflowToRun,
                permissions::userHolds,
                yesOrNo("Workflow permission checked", Shapes.HasPermission::new));
    }

    private static CompletionStage<Answer> check(Permissions permissions, Caller caller, ClientKey key, byte[] body) {
        CheckList list = CheckList.of(body);
        List<Check> checks = list.checks();
        CompletionStage<List<Boolean>> allowed = checks.isEmpty()
                ? CompletableFuture.completedStage(List.of())
                : permissions.usersHold(caller, key, checks);
        return allowed.thenApply(answers -> Answer.wrapped("Permissions checked", list.answered(answers)));
    }

    private void memberships(Memberships memberships) {
        String belongs = "/api/membership/{user}/{role}";
        Render<Boolean> checked = yesOrNo("Membership checked", Shapes.HasPermission::new);
        keyed(GET, belongs, UserName::new, RoleName::new, memberships::holds, checked);
        keyed(POST, belongs, UserName::new, RoleName::new, memberships::grant, bare());
        keyed(DELETE, belongs, UserName::new, RoleName::new, memberships::revoke, bare());

        keyed(GET, "/api/user_roles/{user}", UserName::new, memberships::ofUser, bare());
        keyed(GET, "/api/members/{role}", RoleName::new, memberships::ofRole, bare());
    }

    private void roles(Roles roles) {
        keyed(GET, "/api/roles", roles::list, bare());
        keyed(POST, "/api/role/{role}", RoleName::new, roles::create, bare());
        keyed(
                DELETE,
                "/api/role/{role}",
                RoleName::new,
                roles::delete,
                yesOrNo("Role deletion finished", Shapes.Result::new));
    }

    private void open(String path, Supplier<Answer> answer) {
        tree.add(GET, path, new Route.Open(GET + " " + path, answer));
    }

    private <T> void keyed(String method, String path, Ask<T> ask, Render<? super T> render) {
        add(method, path, (caller, key, first, second) -> ask.of(caller, key).thenApply(render));
    }

    private <A, T> void keyed(
            String method, String path, Function<String, A> name, AskOne<A, T> ask, Render<? super T> render) {
        add(
                method,
                path,
                (caller, key, first, second) ->
                        ask.of(caller, key, name.apply(first)).thenApply(render));
    }

    private <A, B, T> void keyed(
            String method,
            String path,
            Function<String, A> one,
            Function<String, B> two,
            AskTwo<A, B, T> ask,
            Render<? super T> render) {
        add(
                method,
                path,
                (caller, key, first, second) ->
                        ask.of(caller, key, one.apply(first), two.apply(second)).thenApply(render));
    }

    private void add(String method, String path, Route.Action action) {
        tree.add(method, path, new Route.Keyed(method + " " + path, action));
    }

    private static Answer database(DatabaseHealth health) {
        return Answer.json(health.healthy() ? 200 : 503, health);
    }

    private static Answer report(HealthReport report) {
        return Answer.json(report.up() ? 200 : 503, report);
    }

    @FunctionalInterface
    private interface Ask<T> {
        CompletionStage<T> of(Caller caller, ClientKey key);
    }

    @FunctionalInterface
    private interface AskOne<A, T> {
        CompletionStage<T> of(Caller caller, ClientKey key, A name);
    }

    @FunctionalInterface
    private interface AskTwo<A, B, T> {
        CompletionStage<T> of(Caller caller, ClientKey key, A one, B two);
    }

    /** Makes an answer of what a service said; runs on the thread that said it. */
    @FunctionalInterface
    interface Render<T> extends Function<T, Answer> {
        static <T> Render<T> bare() {
            return Answer::bare;
        }

        static <T> Render<T> bare(Function<T, ?> shape) {
            return result -> Answer.bare(shape.apply(result));
        }

        static <T> Render<T> wrapped(String message, Function<T, ?> shape) {
            return result -> Answer.wrapped(message, shape.apply(result));
        }

        /** Wrapped as well, with nothing left to render when somebody asks. */
        static Render<Boolean> yesOrNo(String message, Function<Boolean, ?> shape) {
            Stamped yes = new Stamped(message, shape.apply(true));
            Stamped no = new Stamped(message, shape.apply(false));
            return result -> (result ? yes : no).now();
        }
    }
}
