package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** The plan of a statement turns on a real PostgreSQL. */
class PlanChangedTest {
    @Test
    void aDroppedIndexExplainsASlowStatement() throws Exception {
        try (Scene scene = new Scene(
                        TestPostgres.freshDatabase(),
                        Scene.SMALL,
                        new DiagnosisConfig(Duration.ofSeconds(1), Duration.ofSeconds(1)));
                Connection colleague = Scene.otherSession(scene.target, "colleague");
                LogOf log = LogOf.logger("auth.database")) {
            Scene.run(colleague, "create table item (code text, note text)");
            Scene.run(colleague, "insert into item select n, n from generate_series(1, 20000) n");
            Scene.run(colleague, "create index item_code on item (code)");
            Scene.run(colleague, "analyze item");
            scene.call("GET /item", PlanChangedTest::find);
            Diagnosis before = scene.await(seen -> seen.holders().stream()
                    .flatMap(holder -> holder.evidence().stream())
                    .anyMatch(line -> line.startsWith("plan: ") && line.contains("item_code")));
            assertThat(before.sentence()).contains("has run item.find for").doesNotContain("PLAN_CHANGED");
            scene.terminateAll();
            scene.await(seen -> seen.holders().isEmpty());
            Scene.run(colleague, "drop index item_code");
            scene.call("GET /item", PlanChangedTest::find);

            Diagnosis diagnosis = scene.await(seen -> seen.sentence().contains("PLAN_CHANGED"));

            assertThat(diagnosis.sentence())
                    .contains("has run item.find for")
                    .containsPattern(
                            "PLAN_CHANGED .+ ago: (Bitmap Heap|Index|Index Only) Scan .*on item.* became Seq Scan on item");
            assertThat(diagnosis.steps().get(0).command()).isEqualTo("psql -c \"analyze\"");
            assertThat(log.lines()).anyMatch(line -> line.startsWith("plan_changed statement=item.find"));
            scene.terminateAll();
        }
    }

    private static Object find(Handle handle) {
        return handle.createQuery("/* item.find */ select count(*), pg_sleep(60) from item where code = :code")
                .bind("code", "7")
                .mapToMap()
                .list();
    }
}
