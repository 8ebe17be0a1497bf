package app.rodmena.auth.diagnosis;

/** Hears of every diagnosis, one after the other, on the thread that made it: it must not block. */
@FunctionalInterface
public interface DiagnosisListener {
    void onDiagnosis(Diagnosis diagnosis);
}
