package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.StatementExecution.StatementListener;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.rbac.Roles.RoleDescription;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.ReadyEngine;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The number of round trips of each write. */
class OneRoundTripTest {
    private static final CallContext CALLER = CallContext.named("test");

    private final ClientKey key = ClientKey.parse(UUID.randomUUID().toString());
    private final RoleName role = new RoleName("editors");
    private final UserName user = new UserName("alice");
    private final PermissionName permission = new PermissionName("publish");
    private final List<String> sent = new CopyOnWriteArrayList<>();

    @Test
    void everyWriteIsOneRoundTrip() throws Exception {
        try (DatabaseEngine engine = ReadyEngine.open(
                new DatabaseConfig(MigratedDatabase.fresh(), PoolSettings.DEFAULT, "round-trip-test"))) {
            StatementListener listener = run -> sent.add(run.name());
            engine.add(listener);
            Roles roles = new Roles(engine);
            Memberships memberships = new Memberships(engine);
            Permissions permissions = new Permissions(engine);

            assertThat(done(roles.create(CALLER, key, role))).isEqualTo(List.of("roles.create"));
            assertThat(done(memberships.grant(CALLER, key, user, role))).isEqualTo(List.of("memberships.grant"));
            assertThat(done(permissions.grant(CALLER, key, role, permission))).isEqualTo(List.of("permissions.grant"));
            assertThat(done(memberships.revoke(CALLER, key, user, role))).isEqualTo(List.of("memberships.revoke"));
            assertThat(done(permissions.revoke(CALLER, key, role, permission)))
                    .isEqualTo(List.of("permissions.revoke"));
            assertThat(done(roles.describe(CALLER, key, role, new RoleDescription("x"))))
                    .isEqualTo(List.of("roles.describe"));
            assertThat(done(new Memberships(engine).deleteUser(CALLER, key, user)))
                    .isEqualTo(List.of("users.delete"));
            assertThat(done(permissions.delete(CALLER, key, permission))).isEqualTo(List.of("permissions.delete"));
            assertThat(done(roles.delete(CALLER, key, role))).isEqualTo(List.of("roles.delete"));
            engine.remove(listener);
        }
    }

    /** The statements of the write, with those of the writes before that were reported later. */
    private List<String> done(CompletionStage<Boolean> write) throws Exception {
        assertThat(write.toCompletableFuture().get()).isTrue();
        await().until(() -> !sent.isEmpty());
        List<String> names = List.copyOf(sent);
        sent.clear();
        return names;
    }
}
