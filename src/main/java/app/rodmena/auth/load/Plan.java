package app.rodmena.auth.load;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What load to put on which server.
 *
 * @param clients connections, each with one request at a time
 * @param ratePerSecond requests a second whether or not the server keeps up (an open loop), or as many as the clients
 *     get answered (a closed loop)
 * @param timeout a request that is not answered within it has failed
 * @param key the client key whose namespace is used; a new one by default
 */
public record Plan(
        Target target,
        Amount amount,
        int clients,
        OptionalInt ratePerSecond,
        Mix mix,
        Duration timeout,
        Optional<String> key) {
    public static final int MOST_CLIENTS = 10_000;
    public static final int HIGHEST_RATE = 1_000_000;

    public Plan {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(mix, "mix");
        Objects.requireNonNull(key, "key");
    }

    /** The same for another number of clients. */
    public Plan withClients(int others) {
        return new Plan(target, amount, others, ratePerSecond, mix, timeout, key);
    }

    /** How many requests there will be, if that is known: of a duration only with a rate. */
    long requests() {
        if (amount instanceof Amount.Requests requests) {
            return requests.count();
        }
        Duration time = ((Amount.During) amount).time();
        return ratePerSecond.isPresent()
                ? Math.max(1, Math.round(time.toNanos() / 1e9 * ratePerSecond.getAsInt()))
                : Long.MAX_VALUE;
    }

    /** When no further request is sent, counted from the start. */
    long sendingNanos() {
        if (ratePerSecond.isPresent()) {
            return Math.round(requests() * 1e9 / ratePerSecond.getAsInt()) + LATENESS.toNanos();
        }
        return amount instanceof Amount.During during ? during.time().toNanos() : Long.MAX_VALUE;
    }

    /** How long after the last was due those may still be sent that had to wait for a free client. */
    private static final Duration LATENESS = Duration.ofSeconds(5);
}
