package app.rodmena.auth.jmx;

import app.rodmena.auth.security.OperatorSession;
import java.security.AccessController;
import java.security.Principal;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes changes that local JMX clients make to the audit log {@code auth.audit}. Changes by authenticated operators
 * are not logged here: the listener they use logs them itself. Thread-safe.
 */
final class LocalAudit {
    private static final Logger LOG = LoggerFactory.getLogger("auth.audit");

    private LocalAudit() {}

    static void changed(String setting, Object from, Object to) {
        if (OperatorSession.current().isEmpty()) {
            LOG.info("{} changed {} from {} to {}", subjectName(), setting, from, to);
        }
    }

    static void invoked(String operation) {
        if (OperatorSession.current().isEmpty()) {
            LOG.info("{} invoked {}", subjectName(), operation);
        }
    }

    /** The principals of the current thread's subject; "local" for a local client or the embedding application. */
    private static String subjectName() {
        Subject subject = currentSubject();
        if (subject == null || subject.getPrincipals().isEmpty()) {
            return "local";
        }
        return subject.getPrincipals().stream().map(Principal::getName).sorted().collect(Collectors.joining("+"));
    }

    /** Calls {@code Subject.current()}, or on Java 17 its predecessor, which newer versions deprecate for removal. */
    @SuppressWarnings("removal")
    private static Subject currentSubject() {
        try {
            return (Subject) Subject.class.getMethod("current").invoke(null);
        } catch (NoSuchMethodException e) {
            return Subject.getSubject(AccessController.getContext());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Subject.current() failed", e);
        }
    }
}
