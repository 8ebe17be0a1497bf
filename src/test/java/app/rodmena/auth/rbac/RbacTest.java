package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.rbac.Memberships.Membership;
import app.rodmena.auth.rbac.Roles.RoleEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The results of all operations of the services. */
class RbacTest {
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
    void useNewTenant() {
        tenant = tenants.newTenant();
    }

    @Test
    void aNewKeyIsAnEmptyNamespace() {
        assertThat(tenant.roles()).isEmpty();
        assertThat(tenant.members("admin")).isEmpty();
        assertThat(tenant.rolesOf("ann")).isEmpty();
        assertThat(tenant.permissionsOfRole("admin")).isEmpty();
        assertThat(tenant.permissionsOfUser("ann")).isEmpty();
        assertThat(tenant.whichRolesCan("read")).isEmpty();
        assertThat(tenant.whichUsersCan("read")).isEmpty();
        assertThat(tenant.isMember("ann", "admin")).isFalse();
        assertThat(tenant.roleCan("admin", "read")).isFalse();
        assertThat(tenant.userCan("ann", "read")).isFalse();
    }

    @Test
    void aRoleIsCreatedOnce() {
        assertThat(tenant.createRole("admin")).isTrue();
        assertThat(tenant.createRole("admin")).isTrue();
        assertThat(tenant.roles()).containsExactly(new RoleEntry("admin", null));
    }

    @Test
    void rolesAreListedByNameWithDescription() {
        tenant.createRole("b");
        tenant.createRole("a");
        tenant.createRole("B");
        tenant.execute("update auth_group set description = 'what a is for' where creator = ? and role = 'a'");
        assertThat(tenant.roles())
                .containsExactly(
                        new RoleEntry("B", null), new RoleEntry("a", "what a is for"), new RoleEntry("b", null));
    }

    @Test
    void recreatingAnActiveRoleKeepsItsMembers() {
        tenant.createRole("admin");
        tenant.addMember("ann", "admin");
        tenant.grant("admin", "read");
        tenant.execute("update auth_group set modified = '2001-01-01', description = 'x' where creator = ?");
        tenant.createRole("admin");
        assertThat(tenant.userCan("ann", "read")).isTrue();
        assertThat(tenant.number("select count(*) from auth_group where creator = ? and modified = '2001-01-01'"
                        + " and description = 'x'"))
                .isOne();
    }

    @Test
    void repeatedRequestsConsumeNoIds() {
        tenant.createRole("admin");
        tenant.addMember("ann", "admin");
        tenant.grant("admin", "read");
        long roles = tenant.number("select last_value from auth_group_id_seq");
        long users = tenant.number("select last_value from auth_membership_id_seq");
        long names = tenant.number("select last_value from auth_permission_id_seq");
        for (int i = 0; i < 10; i++) {
            tenant.createRole("admin");
            tenant.addMember("ann", "admin");
            tenant.grant("admin", "read");
        }
        assertThat(tenant.number("select last_value from auth_group_id_seq")).isEqualTo(roles);
        assertThat(tenant.number("select last_value from auth_membership_id_seq"))
                .isEqualTo(users);
        assertThat(tenant.number("select last_value from auth_permission_id_seq"))
                .isEqualTo(names);
    }

    @Test
    void deletionReturnsWhetherTheRoleExisted() {
        tenant.createRole("admin");
        assertThat(tenant.deleteRole("admin")).isTrue();
        assertThat(tenant.deleteRole("admin")).isFalse();
        assertThat(tenant.deleteRole("never")).isFalse();
        assertThat(tenant.roles()).isEmpty();
    }

    @Test
    void aDeletedRoleKeepsItsRowOnly() {
        tenant.createRole("admin");
        tenant.addMember("ann", "admin");
        tenant.grant("admin", "read");
        tenant.execute("update auth_group set modified = '2001-01-01' where creator = ?");
        tenant.deleteRole("admin");
        assertThat(
                        tenant.number(
                                "select count(*) from auth_group where creator = ? and not is_active and modified > '2002-01-01'"))
                .isOne();
        assertThat(tenant.number("select count(*) from membership_groups f join auth_group g on g.id = f.group_id"
                        + " where creator = ?"))
                .isZero();
        assertThat(tenant.number("select count(*) from permission_groups f join auth_group g on g.id = f.group_id"
                        + " where creator = ?"))
                .isZero();
    }

    @Test
    void aFailedDeletionIsRolledBack() {
        tenant.createRole("admin");
        tenant.addMember("ann", "admin");
        tenant.grant("admin", "read");
        tenant.execute("""
                create function refuse() returns trigger language plpgsql as $$ begin raise 'not today'; end $$;
                create trigger refuse before delete on permission_groups for each row execute function refuse();
                """);
        try {
            assertThatThrownBy(() -> tenant.deleteRole("admin")).hasStackTraceContaining("not today");
            assertThat(tenant.userCan("ann", "read")).isTrue();
        } finally {
            tenant.execute("drop trigger refuse on permission_groups; drop function refuse");
        }
        assertThat(tenant.deleteRole("admin")).isTrue();
    }

    @Test
    void aUserIsAddedToAndRemovedFromARole() {
        tenant.createRole("admin");
        assertThat(tenant.addMember("ann", "admin")).isTrue();
        assertThat(tenant.addMember("ann", "admin")).isTrue();
        assertThat(tenant.isMember("ann", "admin")).isTrue();
        assertThat(tenant.removeMember("ann", "admin")).isTrue();
        assertThat(tenant.removeMember("ann", "admin")).isTrue();
        assertThat(tenant.isMember("ann", "admin")).isFalse();
        assertThat(tenant.members("admin")).isEmpty();
    }

    @Test
    void anUnknownRoleGetsNoMemberAndCreatesNoUser() {
        tenant.createRole("gone");
        tenant.deleteRole("gone");
        assertThat(tenant.addMember("ann", "never")).isFalse();
        assertThat(tenant.addMember("ann", "gone")).isFalse();
        assertThat(tenant.removeMember("ann", "never")).isTrue();
        assertThat(tenant.number("select count(*) from auth_membership where creator = ?"))
                .isZero();
    }

    @Test
    void anUnknownRoleGetsNoPermission() {
        tenant.createRole("gone");
        tenant.deleteRole("gone");
        assertThat(tenant.grant("never", "read")).isFalse();
        assertThat(tenant.grant("gone", "read")).isFalse();
        assertThat(tenant.revoke("never", "read")).isTrue();
        assertThat(tenant.number("select count(*) from auth_permission where creator = ?"))
                .isZero();
    }

    @Test
    void aPermissionIsGrantedAndRevoked() {
        tenant.createRole("admin");
        assertThat(tenant.grant("admin", "read")).isTrue();
        assertThat(tenant.grant("admin", "read")).isTrue();
        assertThat(tenant.roleCan("admin", "read")).isTrue();
        assertThat(tenant.roleCan("admin", "write")).isFalse();
        assertThat(tenant.revoke("admin", "read")).isTrue();
        assertThat(tenant.revoke("admin", "read")).isTrue();
        assertThat(tenant.roleCan("admin", "read")).isFalse();
    }

    @Test
    void aRevocationAffectsNothingElse() {
        tenant.createRole("a");
        tenant.createRole("b");
        for (String role : new String[] {"a", "b"}) {
            for (String user : new String[] {"ann", "bob"}) {
                tenant.addMember(user, role);
            }
            tenant.grant(role, "read");
            tenant.grant(role, "write");
        }
        tenant.removeMember("ann", "a");
        tenant.revoke("b", "read");
        assertThat(tenant.rolesOf("ann")).containsExactly(new Membership("ann", "b"));
        assertThat(tenant.members("a")).containsExactly(new Membership("bob", "a"));
        assertThat(tenant.permissionsOfRole("b")).containsExactly("write");
        assertThat(tenant.permissionsOfRole("a")).containsExactly("read", "write");
        assertThat(tenant.userCan("ann", "read")).isFalse();
        assertThat(tenant.userCan("ann", "write")).isTrue();
    }

    @Test
    void listsAreCompleteAndSortedByName() {
        tenant.createRole("b");
        tenant.createRole("a");
        tenant.addMember("bob", "b");
        tenant.addMember("ann", "b");
        tenant.addMember("ann", "a");
        tenant.grant("b", "write");
        tenant.grant("b", "read");
        tenant.grant("a", "read");
        assertThat(tenant.rolesOf("ann")).containsExactly(new Membership("ann", "a"), new Membership("ann", "b"));
        assertThat(tenant.members("b")).containsExactly(new Membership("ann", "b"), new Membership("bob", "b"));
        assertThat(tenant.permissionsOfRole("b")).containsExactly("read", "write");
        assertThat(tenant.whichRolesCan("read")).containsExactly("a", "b");
        // One entry for each role that has it.
        assertThat(tenant.permissionsOfUser("ann")).containsExactly("read", "read", "write");
        assertThat(tenant.whichUsersCan("read"))
                .containsExactly(new Membership("ann", "a"), new Membership("ann", "b"), new Membership("bob", "b"));
    }

    @Test
    void namesAreCaseSensitive() {
        tenant.createRole("admin");
        tenant.addMember("ann", "admin");
        tenant.grant("admin", "read");
        assertThat(tenant.addMember("ann", "Admin")).isFalse();
        assertThat(tenant.userCan("Ann", "read")).isFalse();
        assertThat(tenant.userCan("ann", "Read")).isFalse();
    }

    @Test
    void tenantsAreIsolated() {
        Tenants.Tenant other = tenants.newTenant();
        tenant.createRole("admin");
        tenant.addMember("ann", "admin");
        tenant.grant("admin", "read");
        other.createRole("admin");
        assertThat(other.members("admin")).isEmpty();
        assertThat(other.roleCan("admin", "read")).isFalse();
        assertThat(other.whichUsersCan("read")).isEmpty();
        assertThat(other.removeMember("ann", "admin")).isTrue();
        assertThat(other.revoke("admin", "read")).isTrue();
        assertThat(other.deleteRole("admin")).isTrue();
        assertThat(tenant.userCan("ann", "read")).isTrue();
    }

    @Test
    void aDeletedUserHasNoRolesAlsoWhenItIsAddedAgain() {
        for (String role : new String[] {"a", "b"}) {
            tenant.createRole(role);
            tenant.grant(role, "read");
            tenant.addMember("ann", role);
            tenant.addMember("bob", role);
        }
        Tenants.Tenant other = tenants.newTenant();
        assertThat(other.deleteUser("ann")).isFalse();
        assertThat(tenant.deleteUser("ann")).isTrue();
        assertThat(tenant.deleteUser("ann")).isFalse();
        assertThat(tenant.deleteUser("never")).isFalse();
        assertThat(tenant.users()).containsExactly("bob");
        assertThat(tenant.userCan("ann", "read")).isFalse();
        assertThat(tenant.members("a")).containsExactly(new Membership("bob", "a"));
        assertThat(tenant.number("select count(*) from membership_groups f join auth_membership m"
                        + " on m.id = f.membership_id where creator = ? and not is_active"))
                .isZero();
        tenant.addMember("ann", "b");
        assertThat(tenant.rolesOf("ann")).containsExactly(new Membership("ann", "b"));
        assertThat(tenant.users()).containsExactly("ann", "bob");
    }

    @Test
    void aDeletedPermissionBelongsToNoRoleAlsoWhenItIsGrantedAgain() {
        for (String role : new String[] {"a", "b"}) {
            tenant.createRole(role);
            tenant.grant(role, "read");
            tenant.grant(role, "write");
        }
        assertThat(tenant.deletePermission("read")).isTrue();
        assertThat(tenant.deletePermission("read")).isFalse();
        assertThat(tenant.deletePermission("never")).isFalse();
        assertThat(tenant.permissions()).containsExactly("write");
        assertThat(tenant.whichRolesCan("read")).isEmpty();
        assertThat(tenant.roleCan("a", "write")).isTrue();
        assertThat(tenant.number("select count(*) from permission_groups f join auth_permission p"
                        + " on p.id = f.permission_id where creator = ? and not is_active"))
                .isZero();
        tenant.grant("b", "read");
        assertThat(tenant.whichRolesCan("read")).containsExactly("b");
        assertThat(tenant.permissions()).containsExactly("read", "write");
    }

    @Test
    void aDescriptionIsSetRemovedAndNotRestored() {
        assertThat(tenant.describeRole("a", "text")).isFalse();
        tenant.createRole("a");
        assertThat(tenant.describeRole("a", "Grüße 😀")).isTrue();
        assertThat(tenant.roles()).containsExactly(new RoleEntry("a", "Grüße 😀"));
        assertThat(tenant.describeRole("a", null)).isTrue();
        assertThat(tenant.roles()).containsExactly(new RoleEntry("a", null));
        tenant.describeRole("a", "text");
        tenant.deleteRole("a");
        assertThat(tenant.describeRole("a", "text")).isFalse();
        tenant.createRole("a");
        assertThat(tenant.roles()).containsExactly(new RoleEntry("a", null));
    }

    @Test
    void aRowThatLinksTwoTenantsGrantsNothing() {
        Tenants.Tenant other = tenants.newTenant();
        tenant.createRole("admin");
        tenant.grant("admin", "read");
        other.createRole("visitor");
        other.addMember("eve", "visitor");
        other.grant("visitor", "read");
        tenant.execute("""
                insert into membership_groups (membership_id, group_id)
                select m.id, g.id from auth_membership m, auth_group g
                where m.creator = '%s' and g.creator = ?
                """.formatted(other.key.creator()));
        assertThat(other.isMember("eve", "admin")).isFalse();
        assertThat(other.rolesOf("eve")).containsExactly(new Membership("eve", "visitor"));
        assertThat(other.permissionsOfUser("eve")).containsExactly("read");
        assertThat(tenant.members("admin")).isEmpty();
        assertThat(tenant.whichUsersCan("read")).isEmpty();
    }
}
