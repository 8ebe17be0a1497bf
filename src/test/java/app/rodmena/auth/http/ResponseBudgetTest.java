package app.rodmena.auth.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResponseBudgetTest {
    private final Object one = "one";
    private final Object two = "two";
    private final ResponseBudget budget = new ResponseBudget(100);

    @Test
    void anOwnerMayHoldAsMuchAsRemainsFree() {
        assertThat(budget.take(one, 51)).isFalse();
        assertThat(budget.take(one, 50)).isTrue();
        assertThat(budget.take(one, 1)).isFalse();
        assertThat(budget.take(two, 25)).isTrue();
        assertThat(budget.take(two, 1)).isFalse();

        budget.release(one, 50);
        assertThat(budget.take(two, 12)).isTrue();
        budget.release(two, 37);
        assertThat(budget.total()).isZero();
        assertThat(budget.take(one, 50)).isTrue();
    }
}
