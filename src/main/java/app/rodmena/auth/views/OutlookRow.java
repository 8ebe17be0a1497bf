package app.rodmena.auth.views;

import app.rodmena.auth.capacity.Expectation;
import app.rodmena.auth.capacity.WhatIf;
import app.rodmena.auth.mbean.Describe;

@Describe("What to expect of another fleet, if connections are used as in the last minute")
public record OutlookRow(
        @Describe(
                value = "Share of the connections in use on average; 1 or more: they can't keep up",
                unit = "0 to 1 and more")
        double utilisation,

        @Describe(value = "How probable it is that one has to wait", unit = "0 to 1")
        double waitProbability,

        @Describe(value = "Mean wait for a connection; -1 if without end", unit = "milliseconds")
        double meanWaitMillis,

        @Describe(value = "What 99 % wait at most; -1 if without end", unit = "milliseconds")
        double p99WaitMillis,

        @Describe(value = "What keeps every connection of the fleet busy", unit = "checkouts per second")
        double saturation,

        @Describe(value = "The most that the fleet opens, those that watch included", unit = "connections")
        int connections,

        @Describe(value = "What PostgreSQL has for it; -1 if unknown", unit = "connections")
        int room,

        @Describe("Whether PostgreSQL has them, as far as is known")
        boolean fits) {
    private static final int UNKNOWN = -1;

    public static OutlookRow of(WhatIf outlook) {
        Expectation expected = outlook.expected();
        return new OutlookRow(
                expected.utilisation(),
                expected.waitProbability(),
                Text.millisOrNone(expected.meanWait()),
                Text.millisOrNone(expected.p99Wait()),
                outlook.saturation(),
                outlook.demand().total(),
                outlook.room().orElse(UNKNOWN),
                outlook.fits());
    }
}
