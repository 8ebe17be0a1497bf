package app.rodmena.auth.jmx;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.AccessController;
import java.security.Principal;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps in the log {@code auth.audit} who changed what over JMX. */
final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("auth.audit");

    /** Whoever has no name: a client of this machine, or the embedder. */
    private static final String LOCAL = "local";

    private Audit() {}

    static void changed(String what, Object from, Object to) {
        LOG.info("{} changed {} from {} to {}", who(), what, from, to);
    }

    static void invoked(String operation) {
        LOG.info("{} invoked {}", who(), operation);
    }

    /** The names of the subject on whose behalf this thread works. */
    private static String who() {
        Subject subject = CurrentSubject.get();
        if (subject == null || subject.getPrincipals().isEmpty()) {
            return LOCAL;
        }
        return subject.getPrincipals().stream().map(Principal::getName).sorted().collect(Collectors.joining("+"));
    }

    /** Java 18 brought {@code Subject.current()}; on 17 there is only what newer ones have deprecated, then removed. */
    private static final class CurrentSubject {
        private static final Optional<MethodHandle> CURRENT = find();

        static Subject get() {
            return CURRENT.map(CurrentSubject::call).orElseGet(CurrentSubject::ofContext);
        }

        private static Optional<MethodHandle> find() {
            try {
                return Optional.of(MethodHandles.publicLookup()
                        .findStatic(Subject.class, "current", MethodType.methodType(Subject.class)));
            } catch (NoSuchMethodException | IllegalAccessException e) {
                return Optional.empty();
            }
        }

        private static Subject call(MethodHandle current) {
            try {
                return (Subject) current.invoke();
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("the subject can't be known", e);
            }
        }

        @SuppressWarnings("removal") // Only where there is nothing else.
        private static Subject ofContext() {
            return Subject.getSubject(AccessController.getContext());
        }
    }
}
