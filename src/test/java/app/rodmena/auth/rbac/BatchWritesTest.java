package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Concurrent grants and revokes share transactions, with the results and the effects of single ones. */
class BatchWritesTest {
    private static final CallContext CALLER = CallContext.named("test");
    private static final int NAMES = 6;

    private Tenants tenants;

    @BeforeEach
    void open() {
        tenants = new Tenants(4);
    }

    @AfterEach
    void close() {
        tenants.close();
    }

    /** A write of one kind; roles, users and permissions have the same names. */
    @FunctionalInterface
    private interface Write {
        CompletableFuture<Boolean> run(ClientKey key, String one, String two);
    }

    private CompletableFuture<Boolean> createRole(ClientKey key, String role, String unused) {
        return tenants.roles.create(CALLER, key, new RoleName(role)).toCompletableFuture();
    }

    private CompletableFuture<Boolean> addMember(ClientKey key, String user, String role) {
        return tenants.memberships
                .grant(CALLER, key, new UserName(user), new RoleName(role))
                .toCompletableFuture();
    }

    private CompletableFuture<Boolean> removeMember(ClientKey key, String user, String role) {
        return tenants.memberships
                .revoke(CALLER, key, new UserName(user), new RoleName(role))
                .toCompletableFuture();
    }

    private CompletableFuture<Boolean> grant(ClientKey key, String role, String permission) {
        return tenants.permissions
                .grant(CALLER, key, new RoleName(role), new PermissionName(permission))
                .toCompletableFuture();
    }

    private CompletableFuture<Boolean> revoke(ClientKey key, String role, String permission) {
        return tenants.permissions
                .revoke(CALLER, key, new RoleName(role), new PermissionName(permission))
                .toCompletableFuture();
    }

    @Test
    void concurrentWritesHaveTheResultsAndEffectsOfSingleOnes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Tenants.Tenant> concurrent = newTenants();
        List<Tenants.Tenant> single = newTenants();
        long checkouts = 0;
        int writes = 0;
        for (Write write :
                List.<Write>of(this::createRole, this::addMember, this::grant, this::removeMember, this::revoke)) {
            List<CompletableFuture<Boolean>> results = new ArrayList<>();
            List<Boolean> expected = new ArrayList<>();
            List<int[]> inputs = IntStream.range(0, 300)
                    .mapToObj(i ->
                            new int[] {random.nextInt(concurrent.size()), random.nextInt(NAMES), random.nextInt(NAMES)})
                    .toList();
            long before = tenants.engine.events().count(PoolEventKind.CHECKOUT);
            for (int[] input : inputs) {
                results.add(write.run(concurrent.get(input[0]).key, "name" + input[1], "name" + input[2]));
            }
            CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).join();
            checkouts += tenants.engine.events().count(PoolEventKind.CHECKOUT) - before;
            writes += inputs.size();
            for (int[] input : inputs) {
                expected.add(write.run(single.get(input[0]).key, "name" + input[1], "name" + input[2])
                        .join());
            }
            assertThat(results)
                    .as("seed %d", seed)
                    .extracting(CompletableFuture::join)
                    .isEqualTo(expected);
            for (int tenant = 0; tenant < single.size(); tenant++) {
                assertThat(state(concurrent.get(tenant)))
                        .as("seed %d", seed)
                        .isEqualTo(state(single.get(tenant)))
                        .isNotEmpty();
            }
        }
        assertThat(checkouts).as("connections taken").isLessThan(writes / 3);
    }

    /** Five tenants, with deleted roles, users and permissions that have old grants. */
    private List<Tenants.Tenant> newTenants() {
        List<Tenants.Tenant> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Tenants.Tenant tenant = tenants.newTenant();
            all.add(tenant);
            tenant.execute("""
                    select setseed(0.%d);
                    insert into auth_group (creator, role, is_active)
                        select ?, 'name' || n, n > 0 from generate_series(0, 4) n;
                    insert into auth_membership (creator, "user", is_active)
                        select ?, 'name' || n, random() < 0.5 from generate_series(0, 3) n;
                    insert into auth_permission (creator, name, is_active)
                        select ?, 'name' || n, random() < 0.5 from generate_series(0, 3) n;
                    insert into membership_groups select m.id, g.id
                        from auth_membership m join auth_group g using (creator)
                        where creator = ? and random() < 0.4;
                    insert into permission_groups select p.id, g.id
                        from auth_permission p join auth_group g using (creator)
                        where creator = ? and random() < 0.4;
                    """.formatted(i));
        }
        return all;
    }

    private static List<Object> state(Tenants.Tenant tenant) {
        List<Object> state = new ArrayList<>();
        state.add(tenant.number("select count(*) from auth_change where creator = ?"));
        for (int i = 0; i < NAMES; i++) {
            state.add(tenant.rolesOf("name" + i));
            state.add(tenant.permissionsOfRole("name" + i));
            state.add(tenant.number("""
                    select (select count(*) from auth_membership where creator = ? and is_active and "user" = 'name%1$d')
                        + 10 * (select count(*) from auth_permission where creator = ? and is_active and name = 'name%1$d')
                        + 100 * (select count(*) from membership_groups join auth_membership on membership_id = id
                            where creator = ? and "user" = 'name%1$d')
                        + 10000 * (select count(*) from permission_groups join auth_permission on permission_id = id
                            where creator = ? and name = 'name%1$d')
                    """.formatted(i)));
        }
        return state;
    }

    @Test
    void aLockedRoleHoldsUpNoWritesOfOtherTenants() throws Exception {
        Tenants.Tenant locked = tenants.newTenant();
        Tenants.Tenant other = tenants.newTenant();
        locked.createRole("role");
        other.createRole("role");
        try (Connection psql = TestPostgres.connect(tenants.target);
                var statement = psql.createStatement()) {
            psql.setAutoCommit(false);
            statement.execute("select from auth_group where creator = '%s' for update".formatted(locked.key.creator()));

            List<CompletableFuture<Boolean>> waiting = new ArrayList<>(List.of(addMember(locked.key, "first", "role")));
            List<CompletableFuture<Boolean>> others = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                others.add(addMember(other.key, "user" + i, "role"));
                if (i == 25) {
                    waiting.add(addMember(locked.key, "second", "role"));
                }
            }
            await().until(() -> others.stream().allMatch(CompletableFuture::isDone));
            assertThat(others).extracting(CompletableFuture::join).doesNotContain(false);
            assertThat(waiting).noneMatch(CompletableFuture::isDone);

            psql.commit();
            assertThat(waiting).extracting(CompletableFuture::join).containsOnly(true);
        }
        assertThat(locked.members("role")).hasSize(2);
        assertThat(other.members("role")).hasSize(50);
    }

    /** On one connection, writes that are slow before their commit would wait for each other. */
    @Test
    void slowWritesUseSeveralConnections() {
        Tenants.Tenant tenant = tenants.newTenant();
        tenant.execute("""
                create function pause() returns trigger language plpgsql as $$
                begin
                    perform pg_sleep(0.05);
                    return new;
                end $$;
                create trigger pause before insert on auth_group for each row when (new.creator = '%s')
                    execute function pause()
                """.formatted(tenant.key.creator()));
        long before = tenants.engine.events().count(PoolEventKind.CHECKOUT);
        List<CompletableFuture<Boolean>> created = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            created.add(createRole(tenant.key, "role" + i, ""));
        }
        created.get(20).join();
        for (int i = 60; i < 120; i++) {
            created.add(createRole(tenant.key, "role" + i, ""));
        }
        assertThat(created).extracting(CompletableFuture::join).containsOnly(true);
        assertThat(tenants.engine.events().count(PoolEventKind.CHECKOUT) - before)
                .as("connections taken")
                .isGreaterThan(60);
    }

    @Test
    void concurrentGrantsOfNewUsersInDifferentOrderSucceed() {
        Tenants.Tenant tenant = tenants.newTenant();
        tenants.engine.change(settings -> settings.with(draft -> draft.batchSlots = 3));
        tenant.createRole("one");
        tenant.createRole("two");
        List<String> users = new ArrayList<>(
                IntStream.range(0, 200).mapToObj(i -> "user" + i).toList());
        List<CompletableFuture<Boolean>> results = new ArrayList<>();
        for (String role : List.of("one", "two")) {
            Collections.shuffle(users);
            users.forEach(user -> results.add(addMember(tenant.key, user, role)));
        }
        assertThat(results).extracting(CompletableFuture::join).containsOnly(true);
        assertThat(tenant.members("one")).hasSize(200);
        assertThat(tenant.members("two")).hasSize(200);
    }
}
