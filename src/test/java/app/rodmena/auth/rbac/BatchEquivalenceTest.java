package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEventKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Batched queries have the same results as single ones, whatever else is in the batch. */
class BatchEquivalenceTest {
    private static final int TENANTS = 20;
    private static final int NAMES = 6;
    private static final CallContext CALLER = CallContext.named("test");

    private static Tenants tenants;
    private static final List<Tenants.Tenant> ALL = new ArrayList<>();

    /** Creates twenty tenants that use the same names for different things. */
    @BeforeAll
    static void open() {
        tenants = new Tenants(4);
        for (int i = 0; i < TENANTS; i++) {
            Tenants.Tenant tenant = tenants.newTenant();
            ALL.add(tenant);
            tenant.execute("""
                    select setseed(0.%02d);
                    insert into auth_group (creator, role, is_active, description)
                        select ?, 'name' || n, random() < 0.8, 'of %d' from generate_series(0, 5) n;
                    insert into auth_membership (creator, "user", is_active)
                        select ?, 'name' || n, random() < 0.8 from generate_series(0, 5) n;
                    insert into auth_permission (creator, name, is_active)
                        select ?, 'name' || n, random() < 0.8 from generate_series(0, 5) n;
                    insert into membership_groups select m.id, g.id
                        from auth_membership m join auth_group g using (creator)
                        where creator = ? and random() < 0.4;
                    insert into permission_groups select p.id, g.id
                        from auth_permission p join auth_group g using (creator)
                        where creator = ? and random() < 0.4;
                    """.formatted(i, i));
        }
        // A row that links two tenants grants nothing.
        ALL.get(0).execute("""
                insert into membership_groups select m.id, g.id from auth_membership m, auth_group g
                    where m.creator = ? and g.creator <> ? on conflict do nothing;
                insert into permission_groups select p.id, g.id from auth_permission p, auth_group g
                    where p.creator = ? and g.creator <> ? on conflict do nothing;
                """);
    }

    @AfterAll
    static void close() {
        tenants.close();
    }

    /** A query that can be submitted. */
    private interface Submission {
        CompletionStage<?> submit();
    }

    @Test
    void aBatchedQueryHasTheResultOfASingleOne() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Submission> queries = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            queries.add(randomQuery(random));
        }
        tenants.engine.change(
                settings -> settings.with(draft -> draft.batchSlots = 0).with(draft -> draft.maxWaiting = 10_000));
        List<Object> expected = answers(queries);
        for (int slots = 1; slots <= 3; slots++) {
            int now = slots;
            tenants.engine.change(settings -> settings.with(draft -> draft.batchSlots = now));
            long before = tenants.engine.events().callersServed();
            long checkouts = checkouts();
            assertThat(answers(queries)).as("seed %d, %d slots", seed, slots).isEqualTo(expected);
            assertThat(tenants.engine.events().callersServed() - before).isEqualTo(queries.size());
            assertThat(checkouts() - checkouts).as("connections taken").isLessThan(queries.size() / 3);
        }
        assertThat(expected).contains(true, false);
    }

    @Test
    void equalQueriesOfABatchAreRunOnce() throws Exception {
        List<Integer> sizes = new ArrayList<>();
        TenantBatchQuery<String> echo = new TenantBatchQuery<>(
                8,
                "select :name",
                TenantBatchQuery.batchOf("/* echo */ select :name as name", List.of("name")),
                List.of("name"),
                query -> query.map(TenantBatchQuery::text).one(),
                (query, count) -> {
                    sizes.add(count);
                    return query.map(TenantBatchQuery::text).list();
                });
        ClientKey key = ALL.get(0).key;
        List<TenantQuery> queries = Stream.of("b", "a", "b", "b")
                .map(name -> new TenantQuery(key, name))
                .toList();

        assertThat(tenants.engine
                        .submitAll(CALLER, echo, queries)
                        .toCompletableFuture()
                        .get())
                .containsExactly("b", "a", "b", "b");
        assertThat(sizes).containsExactly(2);
    }

    private static long checkouts() {
        return tenants.engine.events().count(PoolEventKind.CHECKOUT);
    }

    /** Submits all queries concurrently; returns their results. */
    private static List<Object> answers(List<Submission> queries) throws Exception {
        List<CompletableFuture<?>> asked = new ArrayList<>();
        queries.forEach(ask -> asked.add(ask.submit().toCompletableFuture()));
        List<Object> answers = new ArrayList<>();
        for (CompletableFuture<?> answer : asked) {
            answers.add(answer.get());
        }
        return answers;
    }

    private static Submission randomQuery(Random random) {
        ClientKey key = ALL.get(random.nextInt(TENANTS)).key;
        String one = "name" + random.nextInt(NAMES + 1);
        String two = "name" + random.nextInt(NAMES + 1);
        Memberships memberships = tenants.memberships;
        Permissions permissions = tenants.permissions;
        return switch (random.nextInt(12)) {
            case 0 -> () -> Tenants.all(tenants.roles.list(CALLER, key));
            case 1 -> () -> Tenants.all(memberships.ofUser(CALLER, key, new UserName(one)));
            case 2 -> () -> Tenants.all(memberships.ofRole(CALLER, key, new RoleName(one)));
            case 3 -> () -> Tenants.all(permissions.ofRole(CALLER, key, new RoleName(one)));
            case 4 -> () -> Tenants.all(permissions.ofUser(CALLER, key, new UserName(one)));
            case 5 -> () -> Tenants.all(permissions.rolesWith(CALLER, key, new PermissionName(one)));
            case 6 -> () -> Tenants.all(permissions.usersWith(CALLER, key, new PermissionName(one)));
            case 7 -> () -> memberships.holds(CALLER, key, new UserName(one), new RoleName(two));
            case 8 -> () -> permissions.roleHolds(CALLER, key, new RoleName(one), new PermissionName(two));
            default -> () -> permissions.userHolds(CALLER, key, new UserName(one), new PermissionName(two));
        };
    }
}
