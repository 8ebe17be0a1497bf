package app.rodmena.auth.views;

import app.rodmena.auth.capacity.ExpectedWaits;
import app.rodmena.auth.capacity.FleetForecast;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;

@Description("Forecast for another fleet, with the connection use of the last minute")
public record OutlookRow(
        @Description(
                value = "Average share of the connections in use; 1 or more: the fleet is overloaded",
                unit = "0 to 1 and more")
        double utilisation,

        @Description(value = "Probability that a caller has to wait", unit = "0 to 1")
        double waitProbability,

        @Description(value = "Mean wait for a connection; -1 if unbounded", unit = "milliseconds")
        double meanWaitMillis,

        @Description(value = "p99 wait for a connection; -1 if unbounded", unit = "milliseconds")
        double p99WaitMillis,

        @Description(value = "Load that keeps every connection of the fleet busy", unit = "checkouts per second")
        double saturation,

        @Description(
                value = "Maximum of the fleet's connections, monitoring connections included",
                unit = "connections")
        int connections,

        @Description(value = "Connections that PostgreSQL allows the fleet; -1 if unknown", unit = "connections")
        int room,

        @Description("Whether PostgreSQL allows that many; true if unknown")
        boolean fits) {
    private static final int UNKNOWN = -1;

    public static OutlookRow of(FleetForecast outlook) {
        ExpectedWaits expected = outlook.expected();
        return new OutlookRow(
                expected.utilisation(),
                expected.waitProbability(),
                WireFormat.millisOrNone(expected.meanWait()),
                WireFormat.millisOrNone(expected.p99Wait()),
                outlook.saturation(),
                outlook.demand().total(),
                outlook.room().orElse(UNKNOWN),
                outlook.fits());
    }
}
