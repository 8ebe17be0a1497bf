package app.rodmena.auth.rbac;

import static java.util.concurrent.TimeUnit.SECONDS;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.rbac.Memberships.Membership;
import app.rodmena.auth.rbac.Permissions.RolePermission;
import app.rodmena.auth.rbac.Roles.RoleDescription;
import app.rodmena.auth.rbac.Roles.RoleEntry;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.ReadyEngine;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** The services on a separate database, with blocking methods that fail the test on an error. */
final class Tenants implements AutoCloseable {
    final DatabaseTarget target = MigratedDatabase.fresh();
    final DatabaseEngine engine;
    final Roles roles;
    final Memberships memberships;
    final Permissions permissions;
    final Changes changes;

    Tenants(int connections) {
        engine = ReadyEngine.open(new DatabaseConfig(target, PoolSettings.DEFAULT.withSize(connections, 0), "test"));
        roles = new Roles(engine);
        memberships = new Memberships(engine);
        permissions = new Permissions(engine);
        changes = new Changes(engine);
    }

    Tenant newTenant() {
        return new Tenant(ClientKey.parse(UUID.randomUUID().toString()));
    }

    @Override
    public void close() {
        engine.close();
    }

    /** One tenant, with a method for each route. */
    final class Tenant {
        private static final CallContext CALLER = CallContext.named("test");

        final ClientKey key;

        Tenant(ClientKey key) {
            this.key = key;
        }

        boolean createRole(String role) {
            return join(roles.create(CALLER, key, new RoleName(role)));
        }

        boolean deleteRole(String role) {
            return join(roles.delete(CALLER, key, new RoleName(role)));
        }

        boolean describeRole(String role, String description) {
            return join(roles.describe(CALLER, key, new RoleName(role), new RoleDescription(description)));
        }

        boolean deleteUser(String user) {
            return join(memberships.deleteUser(CALLER, key, new UserName(user)));
        }

        boolean deletePermission(String permission) {
            return join(permissions.delete(CALLER, key, new PermissionName(permission)));
        }

        List<String> users() {
            return join(all(memberships.listUsers(CALLER, key)));
        }

        List<String> permissions() {
            return join(all(permissions.list(CALLER, key)));
        }

        List<RoleEntry> roles() {
            return join(all(roles.list(CALLER, key)));
        }

        boolean addMember(String user, String role) {
            return join(memberships.grant(CALLER, key, new UserName(user), new RoleName(role)));
        }

        boolean removeMember(String user, String role) {
            return join(memberships.revoke(CALLER, key, new UserName(user), new RoleName(role)));
        }

        boolean isMember(String user, String role) {
            return join(memberships.holds(CALLER, key, new UserName(user), new RoleName(role)));
        }

        List<Membership> rolesOf(String user) {
            return join(all(memberships.ofUser(CALLER, key, new UserName(user))));
        }

        List<Membership> members(String role) {
            return join(all(memberships.ofRole(CALLER, key, new RoleName(role))));
        }

        boolean grant(String role, String permission) {
            return join(permissions.grant(CALLER, key, new RoleName(role), new PermissionName(permission)));
        }

        boolean revoke(String role, String permission) {
            return join(permissions.revoke(CALLER, key, new RoleName(role), new PermissionName(permission)));
        }

        boolean roleCan(String role, String permission) {
            return join(permissions.roleHolds(CALLER, key, new RoleName(role), new PermissionName(permission)));
        }

        boolean userCan(String user, String permission) {
            return join(permissions.userHolds(CALLER, key, new UserName(user), new PermissionName(permission)));
        }

        List<String> permissionsOfRole(String role) {
            return join(all(permissions.ofRole(CALLER, key, new RoleName(role))));
        }

        List<String> permissionsOfUser(String user) {
            return join(all(permissions.ofUser(CALLER, key, new UserName(user)))).stream()
                    .map(RolePermission::name)
                    .toList();
        }

        List<String> whichRolesCan(String permission) {
            return join(all(permissions.rolesWith(CALLER, key, new PermissionName(permission))));
        }

        List<Membership> whichUsersCan(String permission) {
            return join(all(permissions.usersWith(CALLER, key, new PermissionName(permission))));
        }

        Changes.Page changePage(int limit, Optional<String> cursor) {
            return join(changes.page(CALLER, key, limit, cursor));
        }

        /** All changes, read in pages. */
        List<Change> changes(int limit) {
            List<Change> all = new ArrayList<>();
            Changes.Page page = changePage(limit, Optional.empty());
            all.addAll(page.changes());
            while (!page.isLast()) {
                page = changePage(limit, Optional.of(page.next()));
                all.addAll(page.changes());
            }
            return all;
        }

        /** Changes rows directly; {@code ?} is this tenant. */
        void execute(String sql) {
            try (Connection connection = TestPostgres.connect(target);
                    var statement = connection.createStatement()) {
                statement.execute(sql.replace("?", "'" + key.creator() + "'"));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Reads one number directly; {@code ?} is this tenant. */
        long number(String sql) {
            try (Connection connection = TestPostgres.connect(target);
                    var statement = connection.createStatement();
                    var result = statement.executeQuery(sql.replace("?", "'" + key.creator() + "'"))) {
                result.next();
                return result.getLong(1);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static <T> T join(CompletionStage<T> answer) {
        try {
            return answer.toCompletableFuture().get(60, SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a list of any length into memory. */
    static <T> CompletionStage<List<T>> all(Listing<T> listing) {
        return listing.readShort().thenCompose(rows -> {
            if (rows.isPresent()) {
                return CompletableFuture.completedStage(rows.get());
            }
            List<T> all = Collections.synchronizedList(new ArrayList<>());
            return listing.forEach(() -> {}, all::add).thenApply(count -> all);
        });
    }
}
