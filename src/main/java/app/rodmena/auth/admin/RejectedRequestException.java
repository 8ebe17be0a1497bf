package app.rodmena.auth.admin;

/** The gate refuses a request; contains the response. */
final class RejectedRequestException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Reply reply;

    RejectedRequestException(Reply reply) {
        super(Integer.toString(reply.status()), null, false, false);
        this.reply = reply;
    }

    Reply reply() {
        return reply;
    }
}
