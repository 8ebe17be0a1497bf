package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is dead counts for nothing, and what it held does not come back with it. */
class NothingComesBackTest {
    private static Tenants tenants;

    private Tenants.Tenant tenant;

    @BeforeAll
    static void open() {
        tenants = new Tenants(4);
    }

    @AfterAll
    static void close() {
        tenants.close();
    }

    @BeforeEach
    void annMayRead() {
        tenant = tenants.fresh();
        tenant.createRole("admin");
        tenant.createRole("other");
        tenant.join("ann", "admin");
        tenant.allow("admin", "read");
        assertThat(tenant.userCan("ann", "read")).isTrue();
    }

    @Test
    void aRoleCreatedAgainStartsWithoutMembersAndPermissions() {
        tenant.deleteRole("admin");
        tenant.createRole("admin");
        assertRoleIsNew();
    }

    @Test
    void aRoleThatAnOlderServerDeletedStartsWithoutMembersAndPermissionsToo() {
        tenant.execute("update auth_group set is_active = false where creator = ? and role = 'admin'");
        assertNobodyMayRead();
        tenant.createRole("admin");
        assertRoleIsNew();
    }

    @Test
    void aUserWhoWasSwitchedOffComesBackWithOnlyTheRoleGiven() {
        tenant.execute("update auth_membership set is_active = false, modified = '2001-01-01' where creator = ?");
        assertNobodyMayRead();
        assertThat(tenant.isMember("ann", "admin")).isFalse();
        assertThat(tenant.rolesOf("ann")).isEmpty();
        assertThat(tenant.members("admin")).isEmpty();
        assertThat(tenant.join("ann", "other")).isTrue();
        assertThat(tenant.rolesOf("ann")).containsExactly(new Membership("ann", "other"));
        assertNobodyMayRead();
        assertThat(
                        tenant.number(
                                "select count(*) from auth_membership where creator = ? and is_active and modified > '2002-01-01'"))
                .isOne();
    }

    @Test
    void aUserWhoWasSwitchedOffCanBeGivenTheVeryRoleTheyHad() {
        tenant.execute("update auth_membership set is_active = false where creator = ?");
        assertThat(tenant.join("ann", "admin")).isTrue();
        assertThat(tenant.rolesOf("ann")).containsExactly(new Membership("ann", "admin"));
        assertThat(tenant.userCan("ann", "read")).isTrue();
    }

    @Test
    void aPermissionThatWasSwitchedOffComesBackOnlyForTheRoleGiven() {
        tenant.execute("update auth_permission set is_active = false, modified = '2001-01-01' where creator = ?");
        assertNobodyMayRead();
        assertThat(tenant.roleCan("admin", "read")).isFalse();
        assertThat(tenant.permissionsOfRole("admin")).isEmpty();
        assertThat(tenant.allow("other", "read")).isTrue();
        assertThat(tenant.whichRolesCan("read")).containsExactly("other");
        assertNobodyMayRead();
        assertThat(
                        tenant.number(
                                "select count(*) from auth_permission where creator = ? and is_active and modified > '2002-01-01'"))
                .isOne();
    }

    @Test
    void aDeadUserIsNotRevivedByARoleThatDoesNotExist() {
        tenant.execute("update auth_membership set is_active = false where creator = ?");
        assertThat(tenant.join("ann", "never")).isFalse();
        assertThat(tenant.number("select count(*) from auth_membership where creator = ? and is_active"))
                .isZero();
    }

    private void assertRoleIsNew() {
        assertThat(tenant.members("admin")).isEmpty();
        assertThat(tenant.permissionsOfRole("admin")).isEmpty();
        assertNobodyMayRead();
        tenant.join("bob", "admin");
        assertThat(tenant.userCan("bob", "read")).isFalse();
    }

    private void assertNobodyMayRead() {
        assertThat(tenant.userCan("ann", "read")).isFalse();
        assertThat(tenant.permissionsOfUser("ann")).isEmpty();
        assertThat(tenant.whichUsersCan("read")).isEmpty();
    }
}
