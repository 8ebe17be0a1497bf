package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @Test
    void validNamesAreUnchanged() {
        assertThat(new UserName("Ann.O_Neill+x@example-1.org").value()).isEqualTo("Ann.O_Neill+x@example-1.org");
        assertThat(new RoleName("Admin_2-b").value()).isEqualTo("Admin_2-b");
        assertThat(new PermissionName("read-Write_9").value()).isEqualTo("read-Write_9");
    }

    @Test
    void namesUpToTheMaximumLengthAreAccepted() {
        assertThat(new UserName("u".repeat(64)).value()).hasSize(64);
        assertThat(new RoleName("r".repeat(64)).value()).hasSize(64);
        assertThat(new PermissionName("p".repeat(128)).value()).hasSize(128);
        assertThat(PermissionName.ofWorkflow("w".repeat(128)).value()).hasSize(128);
        assertThat(PermissionName.ofWorkflowToRun("w".repeat(64)).value()).hasSize(64);
        assertThatThrownBy(() -> new UserName("u".repeat(65)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("user: has more than 64 characters; allowed are 1 to 64 of A-Z a-z 0-9 _ . @ + : | -");
        assertThatThrownBy(() -> new RoleName("r".repeat(65)))
                .hasMessage("role: has more than 64 characters; allowed are 1 to 64 of A-Z a-z 0-9 _ : | -");
        assertThatThrownBy(() -> new PermissionName("p".repeat(129)))
                .hasMessage("permission: has more than 128 characters; allowed are 1 to 128 of A-Z a-z 0-9 _ : | -");
        assertThatThrownBy(() -> PermissionName.ofWorkflow("w".repeat(129)))
                .hasMessageStartingWith("workflow: has more than 128 characters");
        assertThatThrownBy(() -> PermissionName.ofWorkflowToRun("w".repeat(65)))
                .hasMessageStartingWith("workflow: has more than 64 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\n", "\na", "a/b", "ä", "a\u0000", "a%20", "a'--", "١", "a\u202e", "𝒜"})
    void otherNamesAreRefused(String name) {
        assertThatThrownBy(() -> new UserName(name)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new RoleName(name)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new PermissionName(name)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", "a@b", "a+b"})
    void onlyUsersMayContainAddressCharacters(String name) {
        assertThat(new UserName(name).value()).isEqualTo(name);
        assertThatThrownBy(() -> new RoleName(name)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new PermissionName(name)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"article:publish", "auth0|123", ":", "|"})
    void namesOfResourcesAndIdentityProvidersAreAccepted(String name) {
        assertThat(new UserName(name).value()).isEqualTo(name);
        assertThat(new RoleName(name).value()).isEqualTo(name);
        assertThat(new PermissionName(name).value()).isEqualTo(name);
        assertThat(PermissionName.ofWorkflowToRun(name).value()).isEqualTo(name);
    }

    @Test
    void theMessageEscapesControlCharacters() {
        assertThatThrownBy(() -> new RoleName("admin\n"))
                .hasMessage("role: has U+000A at position 6; allowed are 1 to 64 of A-Z a-z 0-9 _ : | -");
        assertThatThrownBy(() -> new RoleName("a b")).hasMessageStartingWith("role: has U+0020 at position 2;");
        assertThatThrownBy(() -> new RoleName("a/b")).hasMessageStartingWith("role: has '/' at position 2;");
        assertThatThrownBy(() -> new RoleName("𝒜")).hasMessageStartingWith("role: has U+1D49C at position 1;");
        assertThatThrownBy(() -> new RoleName("")).hasMessageStartingWith("role: is empty;");
    }
}
