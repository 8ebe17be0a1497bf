package app.rodmena.auth.admin;

/** A request that is answered before anybody looks at what it wants. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Reply reply;

    Refusal(Reply reply) {
        super(Integer.toString(reply.status()), null, false, false);
        this.reply = reply;
    }

    Reply reply() {
        return reply;
    }
}
