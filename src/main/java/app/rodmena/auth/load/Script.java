package app.rodmena.auth.load;

import java.util.Iterator;

/** What a client asks, one after the other. On the I/O thread. */
interface Script {
    Question next();

    /** The last one failed, and nobody knows what the server did of it. */
    default void failed() {}

    static Script always(Question question) {
        return () -> question;
    }

    /** Each once, whoever asks; to be asked no more often. */
    static Script each(Iterator<Question> questions) {
        return questions::next;
    }
}
