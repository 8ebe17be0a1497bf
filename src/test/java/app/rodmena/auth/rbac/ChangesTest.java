package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.rbac.Changes.ChangesLostException;
import app.rodmena.auth.rbac.Roles.RoleEntry;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The changes of a tenant: each once, complete, in an order that leads to the same state. */
class ChangesTest {
    private static final int CLIENTS = 16;

    private static Tenants tenants;
    private static ExecutorService clients;

    private Tenants.Tenant tenant;

    @BeforeAll
    static void open() {
        tenants = new Tenants(CLIENTS);
        clients = Executors.newFixedThreadPool(CLIENTS + 2);
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

    private static List<String> texts(Collection<Change> changes) {
        return changes.stream()
                .map(change -> {
                    var fields = change.fields();
                    fields.remove("time");
                    return fields.values().toString();
                })
                .toList();
    }

    @Test
    void everyKindOfChangeIsRecordedOnceAndRepetitionsAreNot() {
        for (int i = 0; i < 2; i++) {
            tenant.createRole("staff");
            tenant.describeRole("staff", "All \"staff\"\u2028é🙂");
            tenant.addMember("ann", "staff");
            tenant.grant("staff", "read");
        }
        for (int i = 0; i < 2; i++) {
            tenant.removeMember("ann", "staff");
            tenant.revoke("staff", "read");
            tenant.describeRole("staff", null);
            tenant.deleteUser("ann");
            tenant.deletePermission("read");
            tenant.deleteRole("staff");
        }
        tenant.addMember("ann", "staff");
        tenant.describeRole("staff", "x");
        tenant.grant("staff", "read");
        tenant.revoke("staff", "other");

        assertThat(texts(tenant.changes(100)))
                .containsExactly(
                        "[role_created, staff]",
                        "[role_described, staff, All \"staff\"\u2028é🙂]",
                        "[membership_granted, ann, staff]",
                        "[permission_granted, staff, read]",
                        "[membership_revoked, ann, staff]",
                        "[permission_revoked, staff, read]",
                        "[role_described, staff, null]",
                        "[user_deleted, ann]",
                        "[permission_deleted, read]",
                        "[role_deleted, staff]");
        assertThat(tenants.newTenant().changes(10)).isEmpty();
    }

    @Test
    void aUserReactivatedWithItsFormerRoleIsAChange() {
        tenant.createRole("staff");
        tenant.addMember("ann", "staff");
        tenant.execute("update auth_membership set is_active = false where creator = ?");
        tenant.addMember("ann", "staff");

        assertThat(texts(tenant.changes(10)))
                .containsExactly(
                        "[role_created, staff]",
                        "[membership_granted, ann, staff]",
                        "[membership_granted, ann, staff]");
    }

    /** The state of a tenant, by replaying its changes. */
    private static final class Replay {
        private final TreeMap<String, String> roles = new TreeMap<>();
        private final TreeSet<String> users = new TreeSet<>();
        private final TreeSet<String> permissions = new TreeSet<>();
        private final TreeSet<List<String>> members =
                new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
        private final TreeSet<List<String>> grants =
                new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));

        void apply(Change change) {
            List<String> membership = List.of(text(change.user()), text(change.role()));
            List<String> grant = List.of(text(change.role()), text(change.permission()));
            switch (change.kind()) {
                case "role_created" -> roles.put(change.role(), "");
                case "role_described" -> roles.put(change.role(), text(change.description()));
                case "role_deleted" -> {
                    roles.remove(change.role());
                    members.removeIf(entry -> entry.get(1).equals(change.role()));
                    grants.removeIf(entry -> entry.get(0).equals(change.role()));
                }
                case "user_deleted" -> {
                    users.remove(change.user());
                    members.removeIf(entry -> entry.get(0).equals(change.user()));
                }
                case "permission_deleted" -> {
                    permissions.remove(change.permission());
                    grants.removeIf(entry -> entry.get(1).equals(change.permission()));
                }
                case "membership_granted" -> {
                    users.add(change.user());
                    assertThat(members.add(membership)).as("%s", change).isTrue();
                }
                case "membership_revoked" -> members.remove(membership);
                case "permission_granted" -> {
                    permissions.add(change.permission());
                    assertThat(grants.add(grant)).as("%s", change).isTrue();
                }
                case "permission_revoked" -> grants.remove(grant);
                default -> throw new IllegalArgumentException(change.kind());
            }
        }

        private static String text(String value) {
            return value == null ? "" : value;
        }

        List<Object> state() {
            return List.of(roles, users, permissions, members, grants);
        }
    }

    private static List<Object> state(Tenants.Tenant tenant) {
        Replay state = new Replay();
        for (RoleEntry role : tenant.roles()) {
            state.roles.put(role.role(), Replay.text(role.description()));
            tenant.members(role.role()).forEach(member -> state.members.add(List.of(member.user(), member.role())));
            tenant.permissionsOfRole(role.role())
                    .forEach(permission -> state.grants.add(List.of(role.role(), permission)));
        }
        state.users.addAll(tenant.users());
        state.permissions.addAll(tenant.permissions());
        return state.state();
    }

    @Test
    void replayingTheChangesOfConcurrentClientsLeadsToTheSameState() throws Exception {
        for (int round = 0; round < 4; round++) {
            long seed = System.nanoTime();
            Tenants.Tenant concurrent = tenants.newTenant();
            List<Change> whileWriting = new ArrayList<>();
            List<Future<?>> writers = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                Random random = new Random(seed + client);
                writers.add(clients.submit(() -> {
                    for (int i = 0; i < 60; i++) {
                        changeSomething(concurrent, random);
                    }
                }));
            }
            Optional<String> cursor = Optional.empty();
            Random limits = new Random(seed);
            boolean ended = false;
            while (true) {
                Changes.Page page = concurrent.changePage(1 + limits.nextInt(20), cursor);
                whileWriting.addAll(page.changes());
                cursor = Optional.of(page.next());
                if (ended && page.isLast()) {
                    break;
                }
                ended = writers.stream().allMatch(Future::isDone);
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            for (List<Change> changes : List.of(whileWriting, concurrent.changes(7), concurrent.changes(1000))) {
                Replay replay = new Replay();
                changes.forEach(replay::apply);
                assertThat(replay.state()).as("seed %d", seed).isEqualTo(state(concurrent));
                assertThat(changes.stream().map(Change::id))
                        .doesNotHaveDuplicates()
                        .hasSize((int) concurrent.number("select count(*) from auth_change where creator = ?"));
            }
        }
    }

    private static void changeSomething(Tenants.Tenant tenant, Random random) {
        String user = "user" + random.nextInt(4);
        String role = "role" + random.nextInt(4);
        String permission = "permission" + random.nextInt(4);
        switch (random.nextInt(14)) {
            case 0 -> tenant.deleteRole(role);
            case 1, 2, 3 -> tenant.createRole(role);
            case 4 -> tenant.deleteUser(user);
            case 5 -> tenant.deletePermission(permission);
            case 6 -> tenant.describeRole(role, "description " + random.nextInt(3));
            case 7, 8 -> tenant.removeMember(user, role);
            case 9, 10 -> tenant.addMember(user, role);
            case 11, 12 -> tenant.grant(role, permission);
            default -> tenant.revoke(role, permission);
        }
    }

    @Test
    void aTransactionThatCommitsLateIsReadAfterOthersWithLargerIds() throws Exception {
        tenant.createRole("staff");
        try (Connection late = TestPostgres.connect(tenants.target);
                Connection later = TestPostgres.connect(tenants.target)) {
            insertOpen(late, 3, "late");
            insertOpen(later, 2, "later");
            tenant.addMember("ann", "staff");
            Changes.Page first = tenant.changePage(10, Optional.empty());
            assertThat(texts(first.changes()))
                    .containsExactly("[role_created, staff]", "[membership_granted, ann, staff]");
            late.commit();
            tenant.addMember("bob", "staff");

            List<String> texts = new ArrayList<>();
            Optional<String> cursor = Optional.of(first.next());
            for (int i = 0; i < 2; i++) {
                Changes.Page page = tenant.changePage(1, cursor);
                texts.addAll(texts(page.changes()));
                cursor = Optional.of(page.next());
            }
            assertThat(texts).containsExactly("[role_created, late0]", "[role_created, late1]");
            later.commit();
            texts.clear();
            Changes.Page page;
            do {
                page = tenant.changePage(1, cursor);
                texts.addAll(texts(page.changes()));
                cursor = Optional.of(page.next());
            } while (!page.isLast());
            assertThat(texts)
                    .containsExactlyInAnyOrder(
                            "[role_created, late2]",
                            "[role_created, later0]",
                            "[role_created, later1]",
                            "[membership_granted, bob, staff]");
        }
    }

    private void insertOpen(Connection connection, int count, String name) throws Exception {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(
                    "insert into auth_change (creator, change, role) select '%s', 'role_created', '%s' || n from generate_series(0, %s) n"
                            .formatted(tenant.key.creator(), name, count - 1));
        }
    }

    @Test
    void changesThatBecomeVisibleWhileLateOnesAreReadFollowThemOnce() throws Exception {
        tenant.createRole("staff");
        try (Connection second = TestPostgres.connect(tenants.target);
                Connection first = TestPostgres.connect(tenants.target)) {
            insertOpen(second, 2, "second");
            insertOpen(first, 2, "first");
            tenant.createRole("other");
            String cursor = tenant.changePage(10, Optional.empty()).next();
            first.commit();
            tenant.createRole("last");
            List<String> texts = new ArrayList<>();
            Changes.Page page = tenant.changePage(1, Optional.of(cursor));
            texts.addAll(texts(page.changes()));
            second.commit();
            while (!page.isLast()) {
                page = tenant.changePage(1, Optional.of(page.next()));
                texts.addAll(texts(page.changes()));
                assertThat(page.changes()).isNotEmpty();
            }
            assertThat(texts)
                    .containsExactly(
                            "[role_created, first0]",
                            "[role_created, first1]",
                            "[role_created, second0]",
                            "[role_created, second1]",
                            "[role_created, last]");
        }
    }

    @Test
    void aCursorOfChangesThatACopyOfTheDatabaseLacksIsRefused() {
        tenant.createRole("staff");
        tenant.createRole("other");
        String all = tenant.changePage(10, Optional.empty()).next();
        String first = tenant.changePage(1, Optional.empty()).next();
        tenant.execute("delete from auth_change where creator = ? and role = 'other'");
        assertThatThrownBy(() -> tenant.changePage(10, Optional.of(all)))
                .hasRootCauseInstanceOf(ChangesLostException.class);
        assertThat(tenant.changePage(10, Optional.of(first)).changes()).isEmpty();

        tenant.execute("update auth_change set date_created = date_created + interval '1 s' where creator = ?");
        assertThatThrownBy(() -> tenant.changePage(10, Optional.of(first)))
                .hasRootCauseInstanceOf(ChangesLostException.class);
        assertThatThrownBy(() -> tenant.changePage(10, Optional.of(future(first))))
                .hasRootCauseInstanceOf(ChangesLostException.class);
    }

    /** The cursor with a snapshot of transactions that the database has not reached. */
    private String future(String cursor) {
        ListCursor cursors = new ListCursor(tenant.key, "changes", List.of());
        List<String> columns = new ArrayList<>(cursors.parse(cursor, ChangePosition.COLUMNS));
        columns.set(1, "0");
        columns.set(3, "zzzzzz,0");
        return cursors.format(columns);
    }

    @Test
    void aDeletedTransactionBeforeOneThatIsStillOpenIsNotMissing() {
        ChangeSnapshot snapshot = ChangeSnapshot.parse("50:100:50,90");
        ChangePosition position = ChangePosition.end(1, new ChangePosition.ReadChange(7, 1), snapshot);
        assertThat(position.misses(80, 9, ChangeSnapshot.parse("50:200:50"))).isFalse();
        assertThat(position.misses(80, 9, ChangeSnapshot.parse("60:200:90"))).isTrue();
        assertThat(position.misses(100, 9, ChangeSnapshot.parse("50:200:50,90")))
                .isTrue();
        assertThat(ChangePosition.of(position.columns())).isEqualTo(position);
    }

    @Test
    void aCursorWithAValidCodeAndInvalidPositionIsRefused() {
        tenant.createRole("staff");
        ListCursor cursors = new ListCursor(tenant.key, "changes", List.of());
        List<String> valid =
                cursors.parse(tenant.changePage(1, Optional.empty()).next(), ChangePosition.COLUMNS);
        for (var entry : List.of(
                "0 x",
                "1 -1",
                "2 x",
                "3 x",
                "3 5",
                "3 0,0",
                "3 5,-1",
                "3 5,9,3,0",
                "3 5,9,9",
                "3 5,9,4,-1",
                "5 -1",
                "6 5,9,1,0")) {
            List<String> columns = new ArrayList<>(valid);
            columns.set(entry.charAt(0) - '0', entry.substring(2));
            assertThatThrownBy(() -> tenant.changePage(1, Optional.of(cursors.format(columns))))
                    .as(entry)
                    .isInstanceOf(InvalidValueException.class);
        }
    }

    @Test
    void aWatchKnowsWhatChangedDuringAFailedQuery() throws Exception {
        ChangeWatch watch = new ChangeWatch(tenants.engine);
        assertThat(watch.changed().toCompletableFuture().get()).isEmpty();
        tenant.createRole("staff");
        tenant.execute("alter table auth_change rename to auth_change_away");
        try {
            assertThatThrownBy(() -> watch.changed().toCompletableFuture().get())
                    .hasMessageContaining("auth_change");
        } finally {
            tenant.execute("alter table auth_change_away rename to auth_change");
        }
        assertThat(watch.changed().toCompletableFuture().get()).contains(Set.of(tenant.key));
    }

    @Test
    void aTransactionThatIsRolledBackLeavesNoChange() throws Exception {
        tenant.createRole("staff");
        String cursor = tenant.changePage(10, Optional.of(Changes.LATEST)).next();
        try (Connection connection = TestPostgres.connect(tenants.target)) {
            insertOpen(connection, 1, "never");
            connection.rollback();
        }
        assertThat(tenant.changePage(10, Optional.of(cursor)).changes()).isEmpty();
    }

    @Test
    void latestIsTheEnd() {
        tenant.createRole("staff");
        Changes.Page page = tenant.changePage(10, Optional.of(Changes.LATEST));
        assertThat(page.changes()).isEmpty();
        assertThat(page.isLast()).isTrue();
        tenant.createRole("other");
        assertThat(texts(tenant.changePage(10, Optional.of(page.next())).changes()))
                .containsExactly("[role_created, other]");
    }

    @Test
    void aCursorBeforeADeletedChangeIsRefused() {
        tenant.createRole("staff");
        tenant.createRole("other");
        tenant.createRole("third");
        String first = tenant.changePage(1, Optional.empty()).next();
        String second = tenant.changePage(2, Optional.empty()).next();
        String end = tenant.changePage(9, Optional.empty()).next();
        tenant.execute("""
                with removed as (
                    delete from auth_change where creator = ? and role in ('staff', 'other') returning xid, id
                )
                update auth_change_horizon set (xid, id) = (select xid, id from removed order by xid desc limit 1)
                """);

        assertThatThrownBy(() -> tenant.changePage(1, Optional.of(first)))
                .hasRootCauseInstanceOf(ChangesLostException.class);
        assertThat(texts(tenant.changePage(9, Optional.of(second)).changes())).containsExactly("[role_created, third]");
        assertThat(tenant.changePage(9, Optional.of(end)).changes()).isEmpty();
        assertThat(texts(tenant.changes(1))).containsExactly("[role_created, third]");
    }
}
