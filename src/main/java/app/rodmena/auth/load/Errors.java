package app.rodmena.auth.load;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requests that failed, by kind.
 *
 * @param status answered with another status than 200, by that
 * @param wrongAnswer answered with 200, and wrongly
 * @param timeout not answered in time
 * @param connectionLost the connection was lost before the answer was complete
 * @param connect there was no connection to be had
 * @param unsent due, but every client still waited for an earlier answer, until the end
 * @param examples by kind or status, the first of each in a line
 */
public record Errors(
        long total,
        Map<Integer, Long> status,
        long wrongAnswer,
        long timeout,
        long connectionLost,
        long connect,
        long unsent,
        Map<String, String> examples) {
    public Errors {
        status = Collections.unmodifiableMap(new TreeMap<>(status));
        examples = Collections.unmodifiableMap(new LinkedHashMap<>(examples));
    }
}
