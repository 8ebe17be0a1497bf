package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromQlTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "up | up",
                "a_active / a_max > 0.8 | a_active a_max",
                "sum by (le, pool) (rate(a_bucket{pool=~\"$pool\",kind=\"x_y\"}[$__rate_interval])) | a_bucket",
                "histogram_quantile(0.99, sum(rate(a_bucket[5m])) by (le)) > 1e3 | a_bucket",
                "a - ignoring (kind) group_left (b) c offset 5m and on () d unless e | a c d e",
                "label_replace(a:b, \"x\", \"$1\", \"y\", \"(z)\") or vector(0) | a:b",
            })
    void theMetricsOfAnExpressionAreFound(String expression, String metrics) {
        assertThat(String.join(" ", PromQl.metrics(expression))).isEqualTo(metrics);
    }
}
