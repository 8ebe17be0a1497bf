package app.rodmena.auth.tools.load;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Failed requests by kind.
 *
 * @param status responses with a status other than 200, by status
 * @param wrongAnswer responses with status 200 and a wrong body
 * @param timeout requests without a response within the timeout
 * @param connectionLost connections lost before the response was complete
 * @param connect failed connection attempts
 * @param unsent requests that were due but never sent, because every client was still waiting for a response
 * @param examples the first failure of each kind or status, one line each
 */
public record ErrorCounts(
        long total,
        Map<Integer, Long> status,
        long wrongAnswer,
        long timeout,
        long connectionLost,
        long connect,
        long unsent,
        Map<String, String> examples) {
    public ErrorCounts {
        status = Collections.unmodifiableMap(new TreeMap<>(status));
        examples = Collections.unmodifiableMap(new LinkedHashMap<>(examples));
    }
}
