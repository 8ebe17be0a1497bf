package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.rbac.Memberships.Membership;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Inactive and deleted rows grant nothing, and do not regain their former grants when they are reactivated. */
class ReactivationTest {
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
    void grantAnnRead() {
        tenant = tenants.newTenant();
        tenant.createRole("admin");
        tenant.createRole("other");
        tenant.addMember("ann", "admin");
        tenant.grant("admin", "read");
        assertThat(tenant.userCan("ann", "read")).isTrue();
    }

    @Test
    void aRecreatedRoleHasNoMembersOrPermissions() {
        tenant.deleteRole("admin");
        tenant.createRole("admin");
        assertRoleIsNew();
    }

    @Test
    void aRoleDeletedByAnOlderServerIsRecreatedEmpty() {
        tenant.execute("update auth_group set is_active = false where creator = ? and role = 'admin'");
        assertNoUserMayRead();
        tenant.createRole("admin");
        assertRoleIsNew();
    }

    @Test
    void aReactivatedUserHasOnlyTheNewRole() {
        tenant.execute("update auth_membership set is_active = false, modified = '2001-01-01' where creator = ?");
        assertNoUserMayRead();
        assertThat(tenant.isMember("ann", "admin")).isFalse();
        assertThat(tenant.rolesOf("ann")).isEmpty();
        assertThat(tenant.members("admin")).isEmpty();
        assertThat(tenant.addMember("ann", "other")).isTrue();
        assertThat(tenant.rolesOf("ann")).containsExactly(new Membership("ann", "other"));
        assertNoUserMayRead();
        assertThat(
                        tenant.number(
                                "select count(*) from auth_membership where creator = ? and is_active and modified > '2002-01-01'"))
                .isOne();
    }

    @Test
    void aReactivatedUserCanGetTheSameRoleAgain() {
        tenant.execute("update auth_membership set is_active = false where creator = ?");
        assertThat(tenant.addMember("ann", "admin")).isTrue();
        assertThat(tenant.rolesOf("ann")).containsExactly(new Membership("ann", "admin"));
        assertThat(tenant.userCan("ann", "read")).isTrue();
    }

    @Test
    void aReactivatedPermissionBelongsToTheNewRoleOnly() {
        tenant.execute("update auth_permission set is_active = false, modified = '2001-01-01' where creator = ?");
        assertNoUserMayRead();
        assertThat(tenant.roleCan("admin", "read")).isFalse();
        assertThat(tenant.permissionsOfRole("admin")).isEmpty();
        assertThat(tenant.grant("other", "read")).isTrue();
        assertThat(tenant.whichRolesCan("read")).containsExactly("other");
        assertNoUserMayRead();
        assertThat(
                        tenant.number(
                                "select count(*) from auth_permission where creator = ? and is_active and modified > '2002-01-01'"))
                .isOne();
    }

    @Test
    void anUnknownRoleDoesNotReactivateAUser() {
        tenant.execute("update auth_membership set is_active = false where creator = ?");
        assertThat(tenant.addMember("ann", "never")).isFalse();
        assertThat(tenant.number("select count(*) from auth_membership where creator = ? and is_active"))
                .isZero();
    }

    private void assertRoleIsNew() {
        assertThat(tenant.members("admin")).isEmpty();
        assertThat(tenant.permissionsOfRole("admin")).isEmpty();
        assertNoUserMayRead();
        tenant.addMember("bob", "admin");
        assertThat(tenant.userCan("bob", "read")).isFalse();
    }

    private void assertNoUserMayRead() {
        assertThat(tenant.userCan("ann", "read")).isFalse();
        assertThat(tenant.permissionsOfUser("ann")).isEmpty();
        assertThat(tenant.whichUsersCan("read")).isEmpty();
    }
}
