package app.rodmena.auth.schema;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.common.WireNamed;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RecordSchemaTest {
    enum Color implements WireNamed {
        LIGHT_BLUE
    }

    record Inner(
            @Description(value = "Count", name = "%ss", unit = "times")
            int count,

            @Description(value = "Mean", name = "%sMean", absent = -1)
            Optional<Duration> mean,

            @Description(value = "Limit", name = "%sLimit", unit = "calls", absent = -2)
            OptionalInt limit) {}

    @Description("All kinds of values")
    record Outer(
            @Description(key = true, value = "Name") Supplier<String> name,
            @Description("Time") Instant at,

            @Description("Duration") Duration took,

            @Description(value = "Age", wholeMillis = true) Duration age,

            @Description("Color") Color color,

            @Description(value = "Lines", joinLines = true) List<String> lines,

            String internal,
            @Flatten("call") Inner inner,
            @Flatten("retry") Optional<Inner> absent) {
        @Description(value = "Derived", name = "twice", unit = "milliseconds")
        public double doubled() {
            return 2 * WireFormat.millis(took);
        }
    }

    private static final Outer OUTER = new Outer(
            () -> "ada",
            Instant.parse("2026-11-23T15:34:52Z"),
            Duration.ofNanos(1_234_567),
            Duration.ofNanos(1_999_999),
            Color.LIGHT_BLUE,
            List.of("one", "two"),
            "secret",
            new Inner(3, Optional.empty(), OptionalInt.of(7)),
            Optional.empty());

    @Test
    void describedComponentsAndMethodsAreFieldsWithPlainValues() {
        assertThat(RecordSchema.text(OUTER))
                .isEqualTo("name=ada, at=2026-11-23T15:34:52.000Z, tookMillis=1.235, ageMillis=1, color=light_blue,"
                        + " lines=one\ntwo, calls=3, callMeanMillis=-1.0, callLimit=7, retrys=0,"
                        + " retryMeanMillis=-1.0, retryLimit=-2, twice=2.47");
        assertThat(RecordSchema.of(Outer.class).fields())
                .filteredOn(RecordSchema.Field::key)
                .extracting(RecordSchema.Field::name)
                .containsExactly("name");
    }

    @Test
    void jsonHasTheSameFieldsAndNoFractionOfZero() throws Exception {
        JsonMapper mapper = JsonMapper.builder().addModule(RecordJson.module()).build();
        assertThat(mapper.writeValueAsString(OUTER))
                .contains("\"tookMillis\":1.235,\"ageMillis\":1,\"color\":\"light_blue\"")
                .contains("\"callMeanMillis\":-1,")
                .doesNotContain("secret");
    }
}
