package app.rodmena.auth.diagnosis;

import java.util.List;
import java.util.Optional;

/**
 * Why one connection is out, and what makes one think so.
 *
 * @param because a clause to follow a subject
 * @param evidence a fact each
 * @param unconfirmed what it would be if it is still so a moment later; empty if nothing else
 */
record HoldClassification(
        Verdict verdict,
        String because,
        List<String> evidence,
        Optional<Blocker> culprit,
        Optional<Verdict> unconfirmed) {}
