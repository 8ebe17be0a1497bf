package app.rodmena.auth.bench;

/** The kinds of contenders. */
enum ContenderKind {
    BATCHED("ours, as it comes"),
    PLAIN("ours, a query per request"),
    OTHER("ours, the server of --beside"),
    PING("ours, /ping by the same client"),
    BULK("ours, 1,000 checks in a request, 4 clients"),
    BARE("ours, without listeners"),
    PGBENCH("pgbench, the same query prepared"),
    SPRING("Spring Boot 3.5");

    private final String title;

    ContenderKind(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** The name in the command line and in application_name. */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
