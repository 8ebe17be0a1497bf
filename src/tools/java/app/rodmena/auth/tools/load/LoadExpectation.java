package app.rodmena.auth.tools.load;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * An expectation of a server under load, and whether it was met.
 *
 * @param name the expectation
 * @param isMet whether it was met; true if a short run could not show it
 * @param observed the measured numbers
 */
public record LoadExpectation(
        @JsonProperty("expectation") String name,
        @JsonProperty("ok") boolean isMet,
        @JsonProperty("seen") String observed) {}
