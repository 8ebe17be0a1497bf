package app.rodmena.auth.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import app.rodmena.auth.capacity.Bound.Kind;
import app.rodmena.auth.capacity.Limits.Seen;
import app.rodmena.auth.capacity.Limits.Source;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Demand EIGHT = new Demand(8, 5, 5);

    @Test
    void eightDefaultPoolsAndTheirMonitorsFitADefaultPostgres() {
        Plan plan = new Plan(EIGHT, Limits.assumed());

        assertThat(plan.demand().pooled()).isEqualTo(80);
        assertThat(plan.demand().total()).isEqualTo(88);
        assertThat(plan.headroom()).isEqualTo(100 - 3 - 88);
        assertThat(plan.fits()).isTrue();
        assertThat(Changes.toFit(plan)).isEmpty();
    }

    @Test
    void theLastConnectionFitsAndOneMoreDoesNot() {
        assertThat(new Plan(EIGHT, Limits.given(88 + 3)).fits()).isTrue();
        assertThat(new Plan(EIGHT, Limits.given(88 + 2)).fits()).isFalse();
        assertThat(new Plan(EIGHT, Limits.given(88 + 2)).headroom()).isEqualTo(-1);
    }

    @Test
    void theScaleHasTheOriginalsFleetsAndThePlannedOne() {
        assertThat(new Plan(EIGHT.withWorkers(10), Limits.assumed()).scaling())
                .extracting(
                        plan -> plan.demand().workers(), plan -> plan.demand().pooled(), Plan::fits)
                .containsExactly(
                        tuple(4, 40, true),
                        tuple(8, 80, true),
                        tuple(10, 100, false),
                        tuple(16, 160, false),
                        tuple(32, 320, false));
    }

    @Test
    void eachChangeAloneMakesItFit() {
        Plan plan = new Plan(EIGHT.withWorkers(16), Limits.given(100));

        assertThat(plan.mostWorkers()).isEqualTo(8);
        assertThat(new Plan(plan.demand().withWorkers(9), plan.limits()).fits()).isFalse();
        assertThat(plan.mostPerWorker()).isEqualTo(5);
        assertThat(new Plan(plan.demand().withPool(3, 2), plan.limits()).fits()).isTrue();
        assertThat(new Plan(plan.demand().withPool(3, 3), plan.limits()).fits()).isFalse();
        assertThat(plan.maxConnectionsNeeded()).isEqualTo(16 * 11 + 3);
        assertThat(Changes.toFit(plan))
                .extracting(change -> change.commands().get(0))
                .containsExactly(
                        "--pool-size 2 --max-overflow 3", "ALTER SYSTEM SET max_connections = 180;", "[pgbouncer]");
    }

    @Test
    void whatOthersUseAndWhatIsReservedIsNotTheFleets() {
        Limits limits = server(List.of(new Bound(Kind.MAX_CONNECTIONS, 100, 3 + 2, 10, 0)), 2, 10);

        assertThat(new Plan(EIGHT, limits).headroom()).isEqualTo(100 - 3 - 2 - 10 - 88);
        assertThat(new Plan(EIGHT, limits).maxConnectionsNeeded()).isEqualTo(88 + 3 + 2 + 10);
    }

    @Test
    void theTightestLimitDecidesAndIsTheOneToBeRaised() {
        Limits limits = server(
                List.of(
                        new Bound(Kind.MAX_CONNECTIONS, 500, 3, 0, 0),
                        new Bound(Kind.ROLE_LIMIT, 50, 0, 1, 0),
                        new Bound(Kind.DATABASE_LIMIT, 90, 0, 0, 0)),
                0,
                0);
        Plan plan = new Plan(EIGHT, limits);

        assertThat(limits.tightest().kind()).isEqualTo(Kind.ROLE_LIMIT);
        assertThat(plan.headroom()).isEqualTo(49 - 88);
        assertThat(Changes.toFit(plan))
                .flatExtracting(Change::commands)
                .contains("ALTER ROLE \"Auth-1\" CONNECTION LIMIT 90;")
                .noneMatch(command -> command.startsWith("ALTER SYSTEM") || command.startsWith("ALTER DATABASE"));
    }

    @Test
    void aDatabaseOfAReservedNameIsQuoted() {
        Limits limits = server(
                List.of(new Bound(Kind.MAX_CONNECTIONS, 500, 3, 0, 0), new Bound(Kind.DATABASE_LIMIT, 50, 0, 0, 0)),
                0,
                0);

        assertThat(Changes.toFit(new Plan(EIGHT, limits)))
                .flatExtracting(Change::commands)
                .contains("ALTER DATABASE \"user\" CONNECTION LIMIT 90;");
    }

    @Test
    void aFleetThatNoPostgresCanHoldIsNotToldToRaiseIt() {
        Plan plan = new Plan(new Demand(10_000, 1000, 1000), Limits.given(MaxConnections.MOST));

        assertThat(plan.demand().total()).isEqualTo(20_010_000);
        assertThat(Changes.toFit(plan)).flatExtracting(Change::commands).noneMatch(line -> line.startsWith("ALTER"));
    }

    @Test
    void whereNothingIsLeftNotEvenOneWorkerFitsAndNothingNegativeIsAdvised() {
        Plan plan = new Plan(EIGHT, Limits.given(2));

        assertThat(plan.limits().room()).isZero();
        assertThat(plan.mostWorkers()).isZero();
        assertThat(plan.mostPerWorker()).isZero();
        assertThat(Changes.toFit(plan)).extracting(Change::what).containsExactly("A higher max_connections");
    }

    private static Limits server(List<Bound> bounds, int reserved, int others) {
        return new Limits(
                Source.SERVER,
                MaxConnections.of(bounds.get(0).limit()),
                3,
                reserved,
                bounds,
                Optional.of(new Seen("18", "Auth-1", "user", others, 0, 0, 0)));
    }
}
