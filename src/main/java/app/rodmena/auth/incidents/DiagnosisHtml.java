package app.rodmena.auth.incidents;

import app.rodmena.auth.diagnosis.Diagnosis;

/** A diagnosis as one HTML file that needs nothing else. */
public final class DiagnosisHtml {
    private DiagnosisHtml() {}

    /** The whole of it, the sentence first. */
    public static String of(Diagnosis diagnosis) {
        return IncidentHtml.ofDiagnosis(DiagnosisJson.tree(diagnosis));
    }
}
