package app.rodmena.auth.tools.load;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The load of a load test, and the server to test.
 *
 * @param clients the number of connections, each with one request at a time
 * @param ratePerSecond requests per second, independent of the responses (open loop); empty if a client sends its next
 *     request when it receives a response (closed loop)
 * @param timeout the maximum time for a response
 * @param key the client key whose namespace is used; empty for a new one
 */
public record LoadPlan(
        LoadTarget target,
        LoadAmount amount,
        int clients,
        OptionalInt ratePerSecond,
        RequestMix mix,
        Duration timeout,
        Optional<String> key) {
    public static final int MAX_CLIENTS = 10_000;
    public static final int MAX_RATE = 1_000_000;

    public LoadPlan {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(mix, "mix");
        Objects.requireNonNull(key, "key");
    }

    /** A copy with another number of clients. */
    public LoadPlan withClients(int newClients) {
        return new LoadPlan(target, amount, newClients, ratePerSecond, mix, timeout, key);
    }

    /** The number of requests, if it is known: for a duration, only with a rate. */
    long requests() {
        if (amount instanceof LoadAmount.Requests requests) {
            return requests.count();
        }
        Duration time = ((LoadAmount.During) amount).time();
        return ratePerSecond.isPresent()
                ? Math.max(1, Math.round(time.toNanos() / 1e9 * ratePerSecond.getAsInt()))
                : Long.MAX_VALUE;
    }

    /** The time from the start after which no request is sent. */
    long sendingNanos() {
        if (ratePerSecond.isPresent()) {
            return Math.round(requests() * 1e9 / ratePerSecond.getAsInt()) + LATENESS.toNanos();
        }
        return amount instanceof LoadAmount.During during ? during.time().toNanos() : Long.MAX_VALUE;
    }

    /** The time after the last due time during which delayed requests are still sent. */
    private static final Duration LATENESS = Duration.ofSeconds(5);
}
