package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientKeyTest {
    private static final String TEXT = "0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a10";

    @Test
    void keysAreCaseInsensitive() {
        ClientKey lower = ClientKey.parse(TEXT);
        ClientKey upper = ClientKey.parse("0B8F4A52-6F0E-4C1D-9A3B-2F6D7C8E9A10");
        assertThat(upper).isEqualTo(lower).hasSameHashCodeAs(lower).hasToString(lower.toString());
        assertThat(upper.creator()).isEqualTo(TEXT);
    }

    @Test
    void everyRandomUuidIsAKey() {
        for (int i = 0; i < 1000; i++) {
            String text = UUID.randomUUID().toString();
            assertThat(ClientKey.parse(text).creator()).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "key",
                "0b8f4a52-6f0e-1c1d-9a3b-2f6d7c8e9a10", // version 1
                "0b8f4a52-6f0e-7c1d-9a3b-2f6d7c8e9a10", // version 7
                "0b8f4a52-6f0e-4c1d-1a3b-2f6d7c8e9a10", // another variant
                "0b8f4a52-6f0e-4c1d-ca3b-2f6d7c8e9a10",
                "00000000-0000-0000-0000-000000000000",
                "0b8f4a526f0e4c1d9a3b2f6d7c8e9a10",
                "{0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a10}",
                "urn:uuid:0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a10",
                " 0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a10",
                "0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a10\n",
                "0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a1",
                "0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a100",
                "0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a1g",
                "0b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a1\u0661", // a digit that is not ASCII
                "b8f4a52-6f0e-4c1d-9a3b-2f6d7c8e9a101" // UUID.fromString accepts it
            })
    void invalidKeysAreRefusedWithoutBeingRepeated(String text) {
        assertThatThrownBy(() -> ClientKey.parse(text))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("client key: not a UUID of version 4; it must look like"
                        + " xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx, in hexadecimal digits");
    }

    @Test
    void toStringShowsAFingerprintOnly() {
        ClientKey key = ClientKey.parse(TEXT);
        assertThat(key.toString()).matches("[0-9a-f]{12}").isEqualTo(key.fingerprint());
        assertThat(TEXT.replace("-", "")).doesNotContain(key.toString());
    }

    @Test
    void differentKeysHaveDifferentFingerprints() {
        assertThat(ClientKey.parse(UUID.randomUUID().toString()).fingerprint())
                .isNotEqualTo(ClientKey.parse(UUID.randomUUID().toString()).fingerprint());
    }
}
