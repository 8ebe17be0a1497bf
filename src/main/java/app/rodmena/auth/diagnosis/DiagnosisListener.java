package app.rodmena.auth.diagnosis;

/** Receives every diagnosis in order, on the diagnosis thread. Implementations must not block. */
@FunctionalInterface
public interface DiagnosisListener {
    void onDiagnosis(Diagnosis diagnosis);
}
