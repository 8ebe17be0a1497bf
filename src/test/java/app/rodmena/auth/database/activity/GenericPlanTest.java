package app.rodmena.auth.database.activity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenericPlanTest {
    @Test
    void numbersTheParametersOutsideOfTextAndComments() {
        assertThat(GenericPlan.withNumberedParameters(
                        "/* a.b */ select '?;', \"?\" /* ? */ from t where a = ? and b ?? c and d = ? -- ?"))
                .contains("/* a.b */ select '?;', \"?\" /* ? */ from t where a = $1 and b ? c and d = $2 -- ?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"select 1; drop table t", "do $$ begin end $$", "drop table t", "select '\\'; drop table t --'"})
    void explainsNothingThatCouldRun(String sql) {
        assertThat(GenericPlan.withNumberedParameters(sql)).isEmpty();
    }
}
