package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.rbac.Changes.ChangesLostException;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Old changes are deleted, and readers that have not read them learn it. */
@SuppressWarnings("try") // A retention deletes until it is closed.
class ChangeRetentionTest {
    private static final Duration KEPT = Duration.ofDays(30);

    private Tenants tenants;
    private Tenants.Tenant tenant;

    @BeforeEach
    void open() {
        tenants = new Tenants(2);
        tenant = tenants.newTenant();
    }

    @AfterEach
    void close() {
        tenants.close();
    }

    private void insertOld(int rows) {
        tenant.execute("""
                insert into auth_change (creator, change, role, date_created)
                select ?, 'role_created', 'old' || n, now() - interval '30 days 1 minute' from generate_series(1, %d) n
                """.formatted(rows));
    }

    private long rows() {
        return tenant.number("select count(*) from auth_change where creator = ?");
    }

    @Test
    void severalServersDeleteOldChangesInBatches() {
        insertOld(4500);
        tenant.createRole("kept");
        String early = tenant.changePage(10, Optional.empty()).next();
        String fresh = tenant.changePage(10, Optional.of(Changes.LATEST)).next();

        try (ChangeRetention one = new ChangeRetention(tenants.engine, KEPT);
                ChangeRetention two = new ChangeRetention(tenants.engine, KEPT)) {
            await().until(() -> rows() == 1);
        }

        assertThat(tenant.changes(10)).extracting(Change::role).containsExactly("kept");
        assertThatThrownBy(() -> tenant.changePage(10, Optional.of(early)))
                .rootCause()
                .isInstanceOf(ChangesLostException.class);
        assertThat(tenant.changePage(10, Optional.of(fresh)).changes()).isEmpty();
    }

    @Test
    void aReaderThatIsAheadOfTheDeletionReadsOn() {
        insertOld(1);
        insertOld(1);
        tenant.createRole("kept");
        String afterFirst = tenant.changePage(1, Optional.empty()).next();
        String afterBoth = tenant.changePage(2, Optional.empty()).next();
        try (ChangeRetention retention = new ChangeRetention(tenants.engine, KEPT)) {
            await().until(() -> rows() == 1);
        }

        assertThatThrownBy(() -> tenant.changePage(1, Optional.of(afterFirst)))
                .rootCause()
                .isInstanceOf(ChangesLostException.class);
        assertThat(tenant.changePage(1, Optional.of(afterBoth)).changes())
                .extracting(Change::role)
                .containsExactly("kept");
    }

    @Test
    void aLockedChangeHoldsUpNothing() throws Exception {
        insertOld(10);
        try (Connection psql = TestPostgres.connect(tenants.target);
                var statement = psql.createStatement()) {
            psql.setAutoCommit(false);
            statement.execute("select from auth_change where role = 'old1' for update");
            try (ChangeRetention retention = new ChangeRetention(tenants.engine, KEPT)) {
                await().until(() -> rows() == 1);
            }
        }
    }

    @Test
    void changesOfAnotherPostgresAreDeleted() {
        tenant.execute("""
                insert into auth_change (xid, creator, change, role)
                select cast(cast(9000000000 + n as text) as xid8), ?, 'role_created', 'foreign' || n
                from generate_series(1, 1500) n;
                update auth_change_horizon set xid = '9000000000', id = 7
                """);
        tenant.createRole("kept");
        try (ChangeRetention retention = new ChangeRetention(tenants.engine, KEPT)) {
            await().until(() -> rows() == 1);
        }
        assertThat(tenant.number("select count(*) from auth_change_horizon where xid = '0' and id = 0"))
                .isOne();
        assertThat(tenant.changes(10)).extracting(Change::role).containsExactly("kept");
    }
}
