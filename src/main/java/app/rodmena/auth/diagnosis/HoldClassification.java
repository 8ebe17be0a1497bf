package app.rodmena.auth.diagnosis;

import java.util.List;
import java.util.Optional;

/**
 * The verdict on a connection in use, with its evidence.
 *
 * @param verdict the verdict
 * @param because the verdict as a predicate, without its subject
 * @param evidence the observed facts
 * @param blocker the session at the head of the chain of lock waits; empty without a lock wait
 * @param unconfirmed the verdict if a second observation confirms it; empty if no confirmation is needed
 */
record HoldClassification(
        Verdict verdict,
        String because,
        List<String> evidence,
        Optional<Blocker> blocker,
        Optional<Verdict> unconfirmed) {}
