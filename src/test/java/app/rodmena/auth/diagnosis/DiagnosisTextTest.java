package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

class DiagnosisTextTest {
    @Test
    void writesAllSectionsWithinTheWidthOfATerminal() throws Exception {
        try (Scene scene = new Scene(TestPostgres.freshDatabase());
                Connection psql = Scene.otherSession(scene.target, "psql")) {
            Scene.run(psql, "begin");
            Scene.run(psql, "lock table auth_group");
            scene.call("POST /api/role/{role}", scene::holdUntilTheEnd);
            scene.callers(
                    4,
                    "GET /api/roles",
                    handle -> handle.createQuery("/* test.count */ select count(*) from auth_group")
                            .mapTo(Integer.class)
                            .one());
            Diagnosis diagnosis = scene.await(found -> found.verdicts().getOrDefault(Verdict.LOCK_WAIT, 0) == 2
                    && found.verdicts().getOrDefault(Verdict.APP_HOLDING, 0) == 1
                    && DiagnosisText.of(found).contains("Stack of connection ")); // After 200 ms in use

            String text = DiagnosisText.of(diagnosis);

            assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(120));
            assertThat(text.replaceAll("\\s+", " ")).startsWith(diagnosis.sentence());
            assertThat(text)
                    .contains("Recommendations, safest first\n  1. Identify pid " + Scene.pidOf(psql))
                    .contains("Connections in use, longest first\n  id ")
                    .contains("Waiting requests\n")
                    .contains("GET /api/roles")
                    .contains("Stack of connection ")
                    .contains("  app.rodmena.auth.diagnosis.Scene.holdUntilTheEnd(Scene.java:")
                    .contains("PostgreSQL 18.");
            Scene.run(psql, "rollback");
        }
    }

    @Test
    void wrapsALongCommandSoThatTheShellReadsOne() {
        String command = "psql -c \"select " + "a, ".repeat(60) + "b\"";
        String wrapped = TextColumns.command(command, 7);
        assertThat(wrapped.lines())
                .hasSizeGreaterThan(1)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(120));
        assertThat(wrapped.replaceAll(" \\\\\n +", " ").strip()).isEqualTo(command);
    }
}
