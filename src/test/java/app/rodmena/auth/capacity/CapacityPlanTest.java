package app.rodmena.auth.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.CapacityPlan.PlanFix;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit.Kind;
import app.rodmena.auth.capacity.ConnectionLimits.MaxConnections;
import app.rodmena.auth.capacity.ConnectionLimits.QueriedServer;
import app.rodmena.auth.capacity.ConnectionLimits.Source;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CapacityPlanTest {
    private static final ConnectionDemand EIGHT = new ConnectionDemand(8, 5, 5);

    @Test
    void eightDefaultPoolsFitADefaultPostgres() {
        CapacityPlan plan = new CapacityPlan(EIGHT, ConnectionLimits.assumed());

        assertThat(plan.demand().pooled()).isEqualTo(80);
        assertThat(plan.demand().total()).isEqualTo(88);
        assertThat(plan.headroom()).isEqualTo(100 - 3 - 88);
        assertThat(plan.fits()).isTrue();
        assertThat(plan.fixes()).isEmpty();
    }

    @Test
    void theLastConnectionFitsAndOneMoreDoesNot() {
        assertThat(new CapacityPlan(EIGHT, ConnectionLimits.given(88 + 3)).fits())
                .isTrue();
        assertThat(new CapacityPlan(EIGHT, ConnectionLimits.given(88 + 2)).fits())
                .isFalse();
        assertThat(new CapacityPlan(EIGHT, ConnectionLimits.given(88 + 2)).headroom())
                .isEqualTo(-1);
    }

    @Test
    void theScalingTableHasTheStandardAndThePlannedFleet() {
        assertThat(new CapacityPlan(EIGHT.withWorkers(10), ConnectionLimits.assumed()).scaling())
                .extracting(
                        plan -> plan.demand().workers(), plan -> plan.demand().pooled(), CapacityPlan::fits)
                .containsExactly(
                        tuple(4, 40, true),
                        tuple(8, 80, true),
                        tuple(10, 100, false),
                        tuple(16, 160, false),
                        tuple(32, 320, false));
    }

    @Test
    void eachFixAloneMakesThePlanFit() {
        CapacityPlan plan = new CapacityPlan(EIGHT.withWorkers(16), ConnectionLimits.given(100));

        assertThat(plan.maxWorkers()).isEqualTo(8);
        assertThat(new CapacityPlan(plan.demand().withWorkers(9), plan.limits()).fits())
                .isFalse();
        assertThat(plan.maxPerWorker()).isEqualTo(5);
        assertThat(new CapacityPlan(plan.demand().withPool(3, 2), plan.limits()).fits())
                .isTrue();
        assertThat(new CapacityPlan(plan.demand().withPool(3, 3), plan.limits()).fits())
                .isFalse();
        assertThat(plan.maxConnectionsNeeded()).isEqualTo(16 * 11 + 3);
        assertThat(plan.fixes())
                .extracting(change -> change.commands().get(0))
                .containsExactly(
                        "--pool-size 2 --max-overflow 3", "ALTER SYSTEM SET max_connections = 180;", "[pgbouncer]");
    }

    @Test
    void usedAndReservedConnectionsAreNotAvailable() {
        ConnectionLimits limits = server(List.of(new ConnectionLimit(Kind.MAX_CONNECTIONS, 100, 3 + 2, 10, 0)), 2, 10);

        assertThat(new CapacityPlan(EIGHT, limits).headroom()).isEqualTo(100 - 3 - 2 - 10 - 88);
        assertThat(new CapacityPlan(EIGHT, limits).maxConnectionsNeeded()).isEqualTo(88 + 3 + 2 + 10);
    }

    @Test
    void theTightestLimitDecidesAndIsRaised() {
        ConnectionLimits limits = server(
                List.of(
                        new ConnectionLimit(Kind.MAX_CONNECTIONS, 500, 3, 0, 0),
                        new ConnectionLimit(Kind.ROLE_LIMIT, 50, 0, 1, 0),
                        new ConnectionLimit(Kind.DATABASE_LIMIT, 90, 0, 0, 0)),
                0,
                0);
        CapacityPlan plan = new CapacityPlan(EIGHT, limits);

        assertThat(limits.tightest().kind()).isEqualTo(Kind.ROLE_LIMIT);
        assertThat(plan.headroom()).isEqualTo(49 - 88);
        assertThat(plan.fixes())
                .flatExtracting(PlanFix::commands)
                .contains("ALTER ROLE \"Auth-1\" CONNECTION LIMIT 90;")
                .noneMatch(command -> command.startsWith("ALTER SYSTEM") || command.startsWith("ALTER DATABASE"));
    }

    @Test
    void aDatabaseWithAReservedNameIsQuoted() {
        ConnectionLimits limits = server(
                List.of(
                        new ConnectionLimit(Kind.MAX_CONNECTIONS, 500, 3, 0, 0),
                        new ConnectionLimit(Kind.DATABASE_LIMIT, 50, 0, 0, 0)),
                0,
                0);

        assertThat(new CapacityPlan(EIGHT, limits).fixes())
                .flatExtracting(PlanFix::commands)
                .contains("ALTER DATABASE \"user\" CONNECTION LIMIT 90;");
    }

    @Test
    void noRaiseIsSuggestedBeyondTheMaximumOfPostgres() {
        CapacityPlan plan =
                new CapacityPlan(new ConnectionDemand(10_000, 1000, 1000), ConnectionLimits.given(MaxConnections.MAX));

        assertThat(plan.demand().total()).isEqualTo(20_010_000);
        assertThat(plan.fixes()).flatExtracting(PlanFix::commands).noneMatch(line -> line.startsWith("ALTER"));
    }

    @Test
    void withoutRoomNotEvenOneWorkerFits() {
        CapacityPlan plan = new CapacityPlan(EIGHT, ConnectionLimits.given(2));

        assertThat(plan.limits().room()).isZero();
        assertThat(plan.maxWorkers()).isZero();
        assertThat(plan.maxPerWorker()).isZero();
        assertThat(plan.fixes()).extracting(PlanFix::description).containsExactly("A higher max_connections");
    }

    private static ConnectionLimits server(List<ConnectionLimit> bounds, int reserved, int others) {
        return new ConnectionLimits(
                Source.SERVER,
                MaxConnections.of(bounds.get(0).limit()),
                3,
                reserved,
                bounds,
                Optional.of(new QueriedServer("18", "Auth-1", "user", others, 0, 0, 0)));
    }
}
