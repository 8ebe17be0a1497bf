package app.rodmena.auth.tools.load;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The load of a load test, and the server to test.
 *
 * @param requests the number of requests, successful or not; unused with a duration
 * @param duration the duration of the load, after which requests in flight are awaited
 * @param clients the number of connections, each with one request at a time
 * @param ratePerSecond requests per second, independent of the responses (open loop); empty if a client sends its next
 *     request when it receives a response (closed loop)
 * @param warmUp how long the same requests are sent before the load, without being counted
 * @param timeout the maximum time for a response
 * @param key the client key whose namespace is used; empty for a new one
 */
public record LoadPlan(
        LoadTarget target,
        int requests,
        Optional<Duration> duration,
        int clients,
        OptionalInt ratePerSecond,
        RequestMix mix,
        Duration warmUp,
        Duration timeout,
        Optional<String> key) {
    public static final int MAX_REQUESTS = 100_000_000;
    public static final int MAX_CLIENTS = 10_000;
    public static final int MAX_RATE = 1_000_000;

    /** A copy with another number of clients. */
    public LoadPlan withClients(int newClients) {
        return new LoadPlan(target, requests, duration, newClients, ratePerSecond, mix, warmUp, timeout, key);
    }
}
