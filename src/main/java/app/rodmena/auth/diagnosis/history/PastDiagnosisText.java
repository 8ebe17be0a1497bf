package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.diagnosis.TextColumns;
import app.rodmena.auth.diagnosis.history.PastDiagnosis.ActiveSessions;
import app.rodmena.auth.diagnosis.history.PastDiagnosis.ChainLink;
import app.rodmena.auth.schema.WireFormat;
import java.util.List;
import java.util.Locale;

/** Formats the diagnosis of a past period as text for a terminal of 120 columns. */
final class PastDiagnosisText {
    private final StringBuilder text = new StringBuilder(2_048);

    private PastDiagnosisText() {}

    static String of(PastDiagnosis past) {
        return new PastDiagnosisText().write(past);
    }

    private String write(PastDiagnosis past) {
        text.append(TextColumns.paragraph(past.sentence(), 0)).append('\n');
        past.situation()
                .ifPresent(situation -> text.append(TextColumns.paragraph(
                        "%s at %s, the worst second of the period"
                                .formatted(
                                        situation,
                                        past.time().map(WireFormat::time).orElse("")),
                        0)));
        text.append(TextColumns.paragraph(
                "%s to %s: %s seconds sampled%s; at most %s connections in use, %s callers waiting; %s callers refused"
                        .formatted(
                                WireFormat.time(past.from()),
                                WireFormat.time(past.to()),
                                past.sampledSeconds(),
                                past.unansweredSeconds() == 0
                                        ? ""
                                        : ", PostgreSQL did not answer in %s of them"
                                                .formatted(past.unansweredSeconds()),
                                past.maxCheckedOut(),
                                past.maxWaiting(),
                                past.refused()),
                0));
        chains(past.chains());
        table("Connections in use by wait event", past.waitEvents());
        table("Waiting for a lock, by the head of the chain", past.blockers());
        table("By statement", past.statements());
        table("By route", past.routes());
        table("Waiting for a connection, by route", past.waiters());
        return text.toString();
    }

    private void chains(List<ChainLink> chains) {
        if (chains.isEmpty()) {
            return;
        }
        text.append("\nBlocking sessions; indented sessions wait for the one above\n");
        for (ChainLink link : chains) {
            String line = "%s%s, %s: %s"
                    .formatted(
                            link.count() == 1 ? "" : link.count() + " × ",
                            link.session(),
                            link.waitEvent(),
                            link.statement());
            text.append(TextColumns.paragraph(line, 2 + 2 * link.depth()));
        }
    }

    private void table(String heading, List<ActiveSessions> rows) {
        if (rows.isEmpty()) {
            return;
        }
        text.append('\n').append(heading).append('\n');
        TextColumns table = new TextColumns(">average", ">max", "name");
        rows.forEach(row -> table.row(String.format(Locale.ROOT, "%.2f", row.average()), row.max(), row.name()));
        text.append(table.clipped());
    }
}
