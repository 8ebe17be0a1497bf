package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * With 100,000 memberships every query, single and batched, and every write uses indexes, with custom and generic
 * plans.
 */
class PlanTest {
    private static final int BATCH_SIZE = 100;
    private static final String LIMIT = "limit";
    private static final List<String> MODES = List.of("force_custom_plan", "force_generic_plan");
    private static final Pattern PARAMETER = Pattern.compile("(?<!:):([a-z]+)");
    private static final Map<String, String> WRITTEN = Map.of(
            "creator",
            "'tenant7'",
            "description",
            "'x'",
            "user",
            "'user17'",
            "role",
            "'role3'",
            "name",
            "'permission9'");
    private static final String RUN = "explain (analyze, buffers)";
    private static final Pattern PAGES = Pattern.compile("Buffers: shared hit=(\\d+)");

    private static Connection connection;
    private static Statement statement;

    @BeforeAll
    static void fill() throws SQLException {
        DatabaseTarget target = MigratedDatabase.fresh();
        connection = TestPostgres.connect(target);
        // The value of the server's sessions.
        connection.createStatement().execute("set random_page_cost = 1.1");
        statement = connection.createStatement();
        // Without checks of foreign keys, which take most of the time.
        statement.execute("set session_replication_role = replica");
        statement.execute("""
                insert into auth_group (creator, role) select 'tenant' || t, 'role' || r
                    from generate_series(1, 100) t, generate_series(1, 20) r;
                insert into auth_membership (creator, "user") select 'tenant' || t, 'user' || u
                    from generate_series(1, 100) t, generate_series(1, 200) u;
                insert into auth_permission (creator, name) select 'tenant' || t, 'permission' || p
                    from generate_series(1, 100) t, generate_series(1, 50) p;
                insert into membership_groups (membership_id, group_id)
                    select m.id, g.id from auth_membership m join auth_group g using (creator)
                    where (m.id + g.id) % 5 = 0;
                insert into permission_groups (permission_id, group_id)
                    select p.id, g.id from auth_permission p join auth_group g using (creator)
                    where (p.id + g.id) % 5 = 0;
                insert into auth_change (creator, change, xid)
                    select 'tenant' || n % 100, 'role_created', cast(cast(n / 3 + 100 as text) as xid8)
                    from generate_series(1, 100000) n;
                -- The popular role and permission that every larger installation has
                insert into auth_membership (creator, "user") select 'tenant7', 'member' || u
                    from generate_series(1, 20000) u;
                insert into membership_groups (membership_id, group_id)
                    select m.id, g.id from auth_membership m, auth_group g
                    where m.creator = 'tenant7' and g.creator = 'tenant7' and g.role = 'role1'
                    on conflict do nothing;
                insert into permission_groups (permission_id, group_id)
                    select p.id, g.id from auth_permission p, auth_group g
                    where p.creator = 'tenant7' and g.creator = 'tenant7'
                    on conflict do nothing;
                """);
        statement.execute("reset session_replication_role");
        statement.execute("vacuum (analyze)");
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    /**
     * One kind of query.
     *
     * @param names the parameter names
     * @param pages the maximum number of pages it reads
     */
    private record PlanCase(TenantBatchQuery<?> query, List<String> names, int pages) {
        PlanCase(TenantBatchQuery<?> query, int pages, String... names) {
            this(query, List.of(names), pages);
        }

        /** The values of the parameters by their names, as SQL. */
        Map<String, String> values(Function<IntFunction<String>, String> toSql, String start, String limit) {
            Map<String, String> values = new HashMap<>();
            values.put("creator", toSql.apply(tenant -> "tenant" + tenant));
            for (int i = 0; i < names.size(); i++) {
                String value = names.get(i);
                values.put(query.parameterNames.get(i), toSql.apply(tenant -> value));
            }
            values.put("after", start);
            values.put("afterrole", start);
            values.put(LIMIT, limit);
            return values;
        }

        @Override
        public String toString() {
            return query.single.substring(3, query.single.indexOf(" */"));
        }
    }

    static Stream<PlanCase> queries() {
        return Stream.of(
                new PlanCase(Permissions.CHECK_USER, 25, "user17", "permission9"),
                new PlanCase(Permissions.CHECK_ROLE, 15, "role3", "permission9"),
                new PlanCase(Permissions.OF_ROLE, 200, "role3"),
                new PlanCase(Permissions.OF_USER, 400, "user17"),
                new PlanCase(Permissions.ROLES_WITH, 150, "permission9"),
                new PlanCase(Permissions.USERS_WITH, 70_000, "permission9"),
                new PlanCase(Memberships.CHECK_MEMBERSHIP, 15, "member4242", "role3"),
                new PlanCase(Memberships.OF_USER, 50, "user17"),
                new PlanCase(Memberships.OF_ROLE, 250, "role3"),
                new PlanCase(Roles.LIST, 50),
                new PlanCase(Memberships.LIST_USERS, 600),
                new PlanCase(Permissions.LIST, 50));
    }

    @ParameterizedTest
    @MethodSource("queries")
    void aSingleQueryUsesIndexes(PlanCase planCase) throws SQLException {
        // Tenant 7 has half of all users, so that a scan of all is right for its list
        int tenant = planCase.query == Memberships.LIST_USERS ? 8 : 7;
        Map<String, String> values = planCase.values(value -> "'" + value.apply(tenant) + "'", "null", "1001");
        for (String mode : MODES) {
            String plan = plan(mode, RUN, planCase.query.single, values, "text");
            assertThat(plan).as(mode).doesNotContain("Seq Scan");
            assertThat(pages(plan)).as(plan).isLessThan(planCase.pages);
        }
    }

    @ParameterizedTest
    @MethodSource("queries")
    void aBatchLooksUpEachElementByIndex(PlanCase planCase) throws SQLException {
        Map<String, String> values = new HashMap<>();
        planCase.values(PlanTest::array, array(tenant -> "null"), "array_fill(1001, array[%s])".formatted(BATCH_SIZE))
                .forEach((name, value) -> values.put(name + "s", value));
        for (String mode : MODES) {
            String plan = plan(mode, RUN, planCase.query.batch, values, "text[]");
            assertThat(plan).as(mode).doesNotContain("Seq Scan").doesNotContain("hashed SubPlan");
            assertThat(pages(plan)).as(plan).isLessThan(planCase.pages * BATCH_SIZE);
        }
    }

    static Stream<String> writes() {
        return Stream.concat(
                Stream.of(Roles.CREATE, Roles.DELETE, Roles.DESCRIBE, Memberships.DELETE_USER, Permissions.DELETE)
                        .flatMap(sql -> Stream.of(sql.split(";\n"))),
                Stream.of(Memberships.GRANT, Memberships.REVOKE, Permissions.GRANT, Permissions.REVOKE)
                        .flatMap(write -> Stream.of(write.single, write.batch)));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void everyWriteUsesIndexes(String sql) throws SQLException {
        boolean batch = sql.contains(":creators");
        Map<String, String> values = new HashMap<>(WRITTEN);
        if (batch) {
            WRITTEN.forEach((name, value) -> values.put(name + "s", "array[" + value + "]"));
        }
        for (String mode : MODES) {
            assertThat(plan(mode, "explain", sql, values, batch ? "text[]" : "text"))
                    .as(mode)
                    .doesNotContain("Seq Scan");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 9223372036854775807, 150",
        "99000, 33090, 60",
        "99000, 33400, 60",
        "50000, 16700, 600",
        "100000, 0, 2500"
    })
    void aPageOfChangesReadsWhatIsNewAndTheEntriesOfLateTransactions(long after, long max, int pages)
            throws SQLException {
        Map<String, String> values = Map.of(
                "creator",
                "'tenant7'",
                "after",
                Long.toString(after),
                "open",
                "array['33050', '33060']",
                "max",
                "'" + max + "'",
                "late",
                "0",
                "latesnapshot",
                "'1:1:'",
                LIMIT,
                "101");
        for (String mode : MODES) {
            String plan = plan(mode, RUN, Changes.PAGE, values, name -> switch (name) {
                case "open" -> "text[]";
                case "after", "late", LIMIT -> "bigint";
                default -> "text";
            });
            assertThat(plan)
                    .as(mode)
                    .doesNotContain("Seq Scan on auth_change ")
                    .doesNotContain("Seq Scan on auth_change_1");
            assertThat(pages(plan)).as(plan).isLessThan(pages);
        }
    }

    /** An array of a value for each of {@link #BATCH_SIZE} tenants. */
    private static String array(IntFunction<String> value) {
        return IntStream.rangeClosed(1, BATCH_SIZE)
                .mapToObj(value)
                .map(text -> text.equals("null") ? text : "'" + text + "'")
                .collect(Collectors.joining(", ", "array[", "]"));
    }

    private static int pages(String plan) {
        Matcher pages = PAGES.matcher(plan);
        assertThat(pages.find()).as(plan).isTrue();
        return Integer.parseInt(pages.group(1));
    }

    private static List<String> namesIn(String sql) {
        return PARAMETER
                .matcher(sql)
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
    }

    private static String plan(String mode, String explain, String sql, Map<String, String> values, String type)
            throws SQLException {
        return plan(mode, explain, sql, values, name -> name.startsWith(LIMIT) ? type.replace("text", "bigint") : type);
    }

    /** PostgreSQL's plan and its cost. */
    private static String plan(
            String mode, String explain, String sql, Map<String, String> values, UnaryOperator<String> typeOf)
            throws SQLException {
        List<String> names = namesIn(sql);
        String numbered = PARAMETER.matcher(sql).replaceAll(match -> "\\$" + (names.indexOf(match.group(1)) + 1));
        statement.execute("set plan_cache_mode = " + mode);
        statement.execute("prepare checked (%s) as %s"
                .formatted(String.join(", ", names.stream().map(typeOf).toList()), numbered));
        List<String> plan = new ArrayList<>();
        String arguments = names.stream().map(values::get).collect(Collectors.joining(", "));
        try (var rows = statement.executeQuery("%s execute checked (%s)".formatted(explain, arguments))) {
            while (rows.next()) {
                plan.add(rows.getString(1));
            }
        } finally {
            statement.execute("deallocate checked");
        }
        return String.join("\n", plan);
    }
}
