package app.rodmena.auth.load;

/**
 * Something that is expected of a server under load, and whether it was so.
 *
 * @param name what is expected
 * @param isMet whether it was so; what could not be seen in a short run is no reason to complain
 * @param seen the numbers
 */
public record Expectation(String name, boolean isMet, String seen) {}
