package app.rodmena.auth.admin;

/** Thrown by the gate for a request that it refuses; has the response. */
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
