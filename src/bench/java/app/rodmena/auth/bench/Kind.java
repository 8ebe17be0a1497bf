package app.rodmena.auth.bench;

/** Who is compared. */
enum Kind {
    BATCHED("ours, as it comes"),
    PLAIN("ours, a query per request"),
    BARE("ours, without listeners"),
    PGBENCH("pgbench, the same query prepared"),
    SPRING("Spring Boot 3.5");

    private final String title;

    Kind(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** In a command line, and in application_name. */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
