package app.rodmena.auth.rbac;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.rbac.Memberships.Membership;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Concurrent clients on separate connections: no error, no deadlock, no duplicate and no orphaned row. */
class ConcurrentClientsTest {
    private static final int CLIENTS = 64;
    private static final String ROWS_OF_INACTIVE_ROLES = """
            select count(*) from auth_group g
            where creator = ? and not is_active
                and (exists (select from membership_groups where group_id = g.id)
                    or exists (select from permission_groups where group_id = g.id))
            """;

    private static final String ROWS_OF_INACTIVE_USERS_AND_PERMISSIONS = """
            select (select count(*) from membership_groups f join auth_membership m on m.id = f.membership_id
                    where creator = ? and not is_active)
                + (select count(*) from permission_groups f join auth_permission p on p.id = f.permission_id
                    where creator = ? and not is_active)
            """;

    private static Tenants tenants;
    private static ExecutorService clients;

    private Tenants.Tenant tenant;

    @BeforeAll
    static void open() {
        tenants = new Tenants(CLIENTS);
        clients = Executors.newFixedThreadPool(CLIENTS);
    }

    @AfterAll
    static void close() {
        clients.shutdownNow();
        tenants.close();
    }

    @BeforeEach
    void useNewTenant() {
        tenant = tenants.newTenant();
    }

    @Test
    void aRoleIsCreatedOnce() throws Exception {
        assertThat(concurrently(client -> () -> tenant.createRole("admin"))).containsOnly(true);
        assertThat(tenant.roles()).hasSize(1);
    }

    @Test
    void aGrantIsStoredOnce() throws Exception {
        tenant.createRole("admin");
        assertThat(concurrently(client -> () -> tenant.addMember("ann", "admin")))
                .containsOnly(true);
        assertThat(concurrently(client -> () -> tenant.grant("admin", "read"))).containsOnly(true);
        assertThat(tenant.members("admin")).containsExactly(new Membership("ann", "admin"));
        assertThat(tenant.permissionsOfRole("admin")).containsExactly("read");
    }

    @Test
    void oneOfConcurrentDeletionsSucceeds() throws Exception {
        tenant.createRole("admin");
        for (int user = 0; user < 50; user++) {
            tenant.addMember("user" + user, "admin");
        }
        assertThat(concurrently(client -> () -> tenant.deleteRole("admin"))).containsOnlyOnce(true);
        assertThat(tenant.number(ROWS_OF_INACTIVE_ROLES)).isZero();
    }

    @Test
    void aReactivatedUserHasTheNewRolesOnly() throws Exception {
        List<Membership> expected = new ArrayList<>();
        for (int role = 0; role < CLIENTS; role++) {
            tenant.createRole("role%02d".formatted(role));
            tenant.createRole("old%02d".formatted(role));
            tenant.addMember("ann", "old%02d".formatted(role));
            tenant.addMember("ann", "role%02d".formatted(role));
            expected.add(new Membership("ann", "role%02d".formatted(role)));
        }
        tenant.execute("update auth_membership set is_active = false where creator = ?");
        assertThat(queuedBehindLock(
                        "select from auth_membership where creator = ? for update",
                        client -> () -> tenant.addMember("ann", "role%02d".formatted(client))))
                .containsOnly(true);
        assertThat(tenant.rolesOf("ann")).isEqualTo(expected);
    }

    @Test
    void aReactivatedPermissionHasTheNewRolesOnly() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int role = 0; role < CLIENTS; role++) {
            tenant.createRole("role%02d".formatted(role));
            tenant.createRole("old%02d".formatted(role));
            tenant.grant("old%02d".formatted(role), "read");
            tenant.grant("role%02d".formatted(role), "read");
            expected.add("role%02d".formatted(role));
        }
        tenant.execute("update auth_permission set is_active = false where creator = ?");
        assertThat(queuedBehindLock(
                        "select from auth_permission where creator = ? for update",
                        client -> () -> tenant.grant("role%02d".formatted(client), "read")))
                .containsOnly(true);
        assertThat(tenant.whichRolesCan("read")).isEqualTo(expected);
    }

    @Test
    void aGrantConcurrentToADeletionIsNotRestored() throws Exception {
        for (int round = 0; round < 20; round++) {
            tenant.createRole("admin");
            concurrently(client -> () -> {
                if (client == CLIENTS / 2) {
                    return tenant.deleteRole("admin");
                }
                return client % 2 == 0
                        ? tenant.addMember("user" + client, "admin")
                        : tenant.grant("admin", "permission" + client);
            });
            assertThat(tenant.number(ROWS_OF_INACTIVE_ROLES)).isZero();
            tenant.createRole("admin");
            assertThat(tenant.members("admin")).isEmpty();
            assertThat(tenant.permissionsOfRole("admin")).isEmpty();
            tenant.deleteRole("admin");
        }
    }

    @Test
    void aGrantConcurrentToADeletionOfItsUserOrPermissionIsKeptOrPurged() throws Exception {
        for (int round = 0; round < 10; round++) {
            for (int role = 0; role < CLIENTS; role++) {
                tenant.createRole("role" + role);
                tenant.addMember("ann", "role" + role);
                tenant.grant("role" + role, "read");
            }
            concurrently(client -> () -> switch (client % 4) {
                case 0 -> tenant.deleteUser("ann");
                case 1 -> tenant.addMember("ann", "role" + client);
                case 2 -> tenant.deletePermission("read");
                default -> tenant.grant("role" + client, "read");
            });
            assertThat(tenant.number(ROWS_OF_INACTIVE_USERS_AND_PERMISSIONS)).isZero();
            tenant.deleteUser("ann");
            tenant.deletePermission("read");
            assertThat(tenant.rolesOf("ann")).isEmpty();
            assertThat(tenant.whichRolesCan("read")).isEmpty();
        }
    }

    @Test
    void concurrentPurgesOfRolesAndUsersDoNotDeadlock() throws Exception {
        tenant.createRole("spare");
        for (int round = 0; round < 5; round++) {
            for (int role = 0; role < CLIENTS; role++) {
                tenant.createRole("role" + role);
            }
            tenant.execute("""
                    insert into auth_membership (creator, "user") select ?, 'user' || u from generate_series(0, 63) u
                        union all select ?, 'other' || u from generate_series(0, 63) u
                        on conflict (creator, "user") do update set is_active = true;
                    insert into membership_groups (membership_id, group_id)
                        select m.id, g.id from auth_membership m join auth_group g using (creator)
                        where creator = ? and role <> 'spare' order by random()
                        on conflict do nothing;
                    update auth_membership set is_active = false where creator = ? and "user" like 'user%';
                    """);
            assertThat(queuedBehindLock("""
                            select from membership_groups f join auth_group g on g.id = f.group_id
                            where creator = ? for update of f
                            """, client -> switch (client % 3) {
                        case 0 -> () -> tenant.deleteRole("role" + client);
                        case 1 -> () -> tenant.addMember("user" + client, "spare");
                        default -> () -> tenant.deleteUser("other" + client);
                    }))
                    .containsOnly(true);
        }
    }

    @Test
    void randomConcurrentOperationsLeaveAConsistentState() throws Exception {
        long seed = System.nanoTime();
        List<Boolean> finished = concurrently(client -> () -> {
            Random random = new Random(seed + client);
            for (int i = 0; i < 100; i++) {
                step(random);
            }
            return true;
        });
        assertThat(finished).as("seed %d", seed).hasSize(CLIENTS);
        assertThat(tenant.number(ROWS_OF_INACTIVE_ROLES)).as("seed %d", seed).isZero();
        assertThat(tenant.number("select count(*) from auth_group where creator = ?"))
                .isLessThanOrEqualTo(4);
        assertThat(tenant.number("select count(*) from auth_membership where creator = ?"))
                .isLessThanOrEqualTo(4);
    }

    /** Runs a random operation on one of a few names, so that operations conflict. */
    private void step(Random random) {
        String role = "role" + random.nextInt(4);
        String user = "user" + random.nextInt(4);
        String permission = "permission" + random.nextInt(4);
        switch (random.nextInt(12)) {
            case 0 -> tenant.createRole(role);
            case 1 -> tenant.deleteRole(role);
            case 2, 3 -> tenant.addMember(user, role);
            case 4, 5 -> tenant.grant(role, permission);
            case 6 -> tenant.removeMember(user, role);
            case 7 -> tenant.revoke(role, permission);
            case 8 -> tenant.whichUsersCan(permission);
            case 10 -> tenant.deleteUser(user);
            case 11 -> tenant.deletePermission(permission);
            case 9 ->
                tenant.execute(
                        random.nextBoolean()
                                ? "update auth_membership set is_active = false where creator = ? and \"user\" = '%s'"
                                        .formatted(user)
                                : "update auth_permission set is_active = false where creator = ? and name = '%s'"
                                        .formatted(permission));
            default -> throw new AssertionError();
        }
    }

    /** Runs all clients, each started before the first continues; returns their results. */
    private List<Boolean> queuedBehindLock(String lock, IntFunction<Callable<Boolean>> operation) throws Exception {
        try (Connection holder = TestPostgres.connect(tenants.target)) {
            holder.setAutoCommit(false);
            holder.createStatement().execute(lock.replace("?", "'" + tenant.key.creator() + "'"));
            List<Future<Boolean>> asked = ask(operation);
            await().atMost(60, SECONDS).until(() -> tenant.number("""
                                    select count(*) from pg_stat_activity
                                    where datname = current_database() and wait_event_type = 'Lock'
                                    """) == CLIENTS);
            holder.rollback();
            return answers(asked);
        }
    }

    /** Runs all clients concurrently; returns their results. */
    private static List<Boolean> concurrently(IntFunction<Callable<Boolean>> operation) throws Exception {
        return answers(ask(operation));
    }

    private static List<Future<Boolean>> ask(IntFunction<Callable<Boolean>> operation) {
        CountDownLatch ready = new CountDownLatch(CLIENTS);
        List<Future<Boolean>> asked = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            Callable<Boolean> mine = operation.apply(client);
            asked.add(clients.submit(() -> {
                ready.countDown();
                ready.await();
                return mine.call();
            }));
        }
        return asked;
    }

    private static List<Boolean> answers(List<Future<Boolean>> asked) throws Exception {
        List<Boolean> answers = new ArrayList<>();
        for (Future<Boolean> answer : asked) {
            answers.add(answer.get(120, SECONDS));
        }
        return Collections.unmodifiableList(answers);
    }
}
