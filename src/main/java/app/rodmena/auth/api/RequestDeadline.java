package app.rodmena.auth.api;

import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.pool.event.Cancellation;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads from a request's headers how long its client waits for the response. The shortest of several times applies. */
final class RequestDeadline {
    /** Longer times have no further effect, because pool_timeout is shorter. */
    private static final BigDecimal MAX_NANOS = BigDecimal.valueOf(TimeUnit.DAYS.toNanos(1));

    private static final Header SECONDS = new Header(
            new HttpString("Request-Timeout"),
            Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)()"),
            "seconds, such as 1.5, with up to 9 digits before and after the point");

    private static final Header ENVOY = new Header(
            new HttpString("X-Envoy-Expected-Rq-Timeout-Ms"),
            Pattern.compile("([0-9]{1,12})()"),
            "milliseconds, of up to 12 digits");

    private static final Header GRPC = new Header(
            new HttpString("grpc-timeout"),
            Pattern.compile("([0-9]{1,8})([HMSmun])"),
            "up to 8 digits with a unit: H, M, S, m (milliseconds), u, n");

    private static final Map<String, TimeUnit> UNITS = Map.of(
            "H", TimeUnit.HOURS,
            "M", TimeUnit.MINUTES,
            "S", TimeUnit.SECONDS,
            "m", TimeUnit.MILLISECONDS,
            "u", TimeUnit.MICROSECONDS,
            "n", TimeUnit.NANOSECONDS);

    private RequestDeadline() {}

    private record Header(HttpString name, Pattern form, String allowed) {
        /** The time in nanoseconds; {@link Long#MAX_VALUE} without the header. */
        long nanos(HeaderMap headers, TimeUnit defaultUnit) {
            HeaderValues values = headers.get(name);
            if (values == null) {
                return Long.MAX_VALUE;
            }
            Matcher value = form.matcher(values.getFirst().strip());
            if (values.size() != 1 || !value.matches()) {
                throw invalid();
            }
            TimeUnit unit = UNITS.getOrDefault(value.group(2), defaultUnit);
            BigDecimal nanos = new BigDecimal(value.group(1)).multiply(BigDecimal.valueOf(unit.toNanos(1)));
            if (nanos.signum() == 0) {
                throw invalid();
            }
            return nanos.min(MAX_NANOS).longValue();
        }

        private HttpError invalid() {
            return HttpError.badRequest("%s: must be sent once, as a positive number of %s".formatted(name, allowed));
        }
    }

    /**
     * The cancellation of a request, with its deadline if a header sets one.
     *
     * @param arrivedNanos the arrival of the request, a time of {@link System#nanoTime}
     * @throws HttpError if a header is malformed; the message names it
     */
    static Cancellation of(HeaderMap headers, long arrivedNanos) {
        long nanos = Math.min(
                SECONDS.nanos(headers, TimeUnit.SECONDS),
                Math.min(ENVOY.nanos(headers, TimeUnit.MILLISECONDS), GRPC.nanos(headers, TimeUnit.NANOSECONDS)));
        return nanos == Long.MAX_VALUE ? new Cancellation() : new Cancellation(arrivedNanos + nanos);
    }
}
