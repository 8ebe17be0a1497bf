package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.diagnosis.Diagnosis;

/** Formats a diagnosis as a self-contained HTML file. */
public final class DiagnosisHtml {
    private DiagnosisHtml() {}

    /** The complete diagnosis, beginning with its sentence. */
    public static String of(Diagnosis diagnosis) {
        return IncidentHtml.ofDiagnosis(DiagnosisJson.tree(diagnosis));
    }
}
