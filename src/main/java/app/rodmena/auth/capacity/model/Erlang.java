package app.rodmena.auth.capacity.model;

/**
 * Erlang's formulas for {@code servers} that serve an offered load of {@code offered} erlangs (A. K. Erlang, Solution
 * of some Problems in the Theory of Probabilities of Significance in Automatic Telephone Exchanges, 1917).
 */
final class Erlang {
    private Erlang() {}

    /**
     * Erlang B: the probability that all servers are busy if blocked arrivals leave. Computed by the recursion B(0) =
     * 1, B(k) = aB(k−1) / (k + aB(k−1)), whose terms are all between 0 and 1, so that neither factorials nor powers can
     * overflow (R. B. Cooper, Introduction to Queueing Theory, 2nd edition, 1981, section 3.3).
     */
    static double b(int servers, double offered) {
        double blocked = 1;
        for (int k = 1; k <= servers; k++) {
            blocked = offered * blocked / (k + offered * blocked);
        }
        return blocked;
    }

    /**
     * Erlang C: the probability that an arrival has to wait if all arrivals wait until served; 1 if the load exceeds
     * the capacity. C = B / (1 − ρ(1 − B)) with ρ = a / servers (Cooper, section 3.4).
     */
    static double c(int servers, double offered) {
        double utilisation = offered / servers;
        if (utilisation >= 1) {
            return 1;
        }
        double blocked = b(servers, offered);
        return blocked / (1 - utilisation * (1 - blocked));
    }
}
