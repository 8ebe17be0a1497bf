package app.rodmena.auth.jconsole;

import java.awt.BorderLayout;
import java.awt.Color;
import java.awt.Font;
import javax.swing.BorderFactory;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JScrollPane;
import javax.swing.JSplitPane;
import javax.swing.JTable;
import javax.swing.JTextArea;

/** The tab: the diagnosis in a sentence, the numbers, the chart, the connections in use. For Swing's thread only. */
final class PoolPanel extends JPanel {
    private static final long serialVersionUID = 1;
    private static final int SENTENCE_ROWS = 2;
    private static final Color TROUBLE = new Color(0xB00020);

    private final JTextArea sentence = new JTextArea("Waiting for the first reading", SENTENCE_ROWS, 0);
    private final JLabel numbers = new JLabel(" ");
    private final Chart chart = new Chart();
    private final HoldersTable holders = new HoldersTable();

    PoolPanel() {
        super(new BorderLayout(0, 6));
        setBorder(BorderFactory.createEmptyBorder(8, 8, 8, 8));
        sentence.setFont(
                sentence.getFont().deriveFont(Font.BOLD, sentence.getFont().getSize2D() + 2));
        JTable table = new JTable(holders);
        table.setAutoCreateRowSorter(true);
        for (int column = 0; column < holders.getColumnCount(); column++) {
            table.getColumnModel().getColumn(column).setPreferredWidth(holders.width(column));
        }
        table.getAccessibleContext().setAccessibleName("Connections in use");
        JScrollPane rows = new JScrollPane(table);
        rows.setBorder(BorderFactory.createTitledBorder("Connections in use, longest first"));
        JSplitPane both = new JSplitPane(JSplitPane.VERTICAL_SPLIT, chart, rows);
        both.setResizeWeight(0.6);
        both.setBorder(null);
        JPanel words = new JPanel(new BorderLayout(0, 4));
        words.add(sentence, BorderLayout.CENTER);
        words.add(numbers, BorderLayout.SOUTH);
        add(words, BorderLayout.NORTH);
        add(both, BorderLayout.CENTER);
    }

    void show(PoolReading reading) {
        sentence.setForeground(reading.waiting() > 0 || reading.suspended() ? TROUBLE : getForeground());
        sentence.setText(reading.diagnosis());
        numbers.setText(reading.numbers());
        chart.add(reading);
        holders.show(reading.holders());
    }

    /** Shows a problem instead of the sentence; the numbers stay. */
    void showProblem(String problem) {
        sentence.setForeground(TROUBLE);
        sentence.setText(problem);
    }
}
