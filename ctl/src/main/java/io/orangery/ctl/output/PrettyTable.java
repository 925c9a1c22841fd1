package io.orangery.ctl.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A table in an ASCII frame (ctl.md 8.1). */
public final class PrettyTable {
    /** @param right true: numbers, aligned to the right, the title too */
    public record Column(String title, boolean right) {}

    private final List<Column> columns;
    private final List<List<List<String>>> rows;
    private final int[] widths;

    private PrettyTable(List<Column> columns, List<List<String>> rows) {
        this.columns = columns;
        this.rows = rows.stream()
                .map(row ->
                        row.stream().map(cell -> List.of(cell.split("\n", -1))).toList())
                .toList();
        this.widths = IntStream.range(0, columns.size()).map(this::width).toArray();
    }

    /**
     * @param title written over the first rule; cut off when it is longer
     * @param rows cells may have several lines; then there is a rule after every row
     * @return lines without line ends
     */
    public static List<String> render(Optional<String> title, List<Column> columns, List<List<String>> rows) {
        return new PrettyTable(columns, rows).lines(title);
    }

    private List<String> lines(Optional<String> title) {
        String rule = rule();
        boolean ruled = rows.stream().flatMap(List::stream).anyMatch(cell -> cell.size() > 1);
        var lines = new ArrayList<String>();
        lines.add(title.map(text -> titled(rule, " " + text + " ")).orElse(rule));
        lines.add(line(columns.stream().map(Column::title).toList()));
        lines.add(rule);
        for (List<List<String>> row : rows) {
            lines.addAll(lines(row));
            if (ruled) {
                lines.add(rule);
            }
        }
        if (!ruled) {
            lines.add(rule);
        }
        return lines;
    }

    private List<String> lines(List<List<String>> row) {
        int height = row.stream().mapToInt(List::size).max().orElse(1);
        return IntStream.range(0, height)
                .mapToObj(index -> line(row.stream()
                        .map(cell -> index < cell.size() ? cell.get(index) : "")
                        .toList()))
                .toList();
    }

    private String line(List<String> cells) {
        var line = new StringBuilder("|");
        for (int index = 0; index < cells.size(); index++) {
            String padding = " ".repeat(widths[index] - length(cells.get(index)));
            line.append(' ')
                    .append(columns.get(index).right() ? padding + cells.get(index) : cells.get(index) + padding)
                    .append(" |");
        }
        return line.toString();
    }

    private String rule() {
        var rule = new StringBuilder("+");
        for (int width : widths) {
            rule.append("-".repeat(width + 2)).append('+');
        }
        return rule.toString();
    }

    private static String titled(String rule, String title) {
        String fitting = title.substring(0, Math.min(title.length(), Math.max(0, rule.length() - 2)));
        return rule.charAt(0) + fitting + rule.substring(1 + fitting.length());
    }

    private int width(int index) {
        int widest = rows.stream()
                .flatMap(row -> row.get(index).stream())
                .mapToInt(PrettyTable::length)
                .max()
                .orElse(0);
        return Math.max(widest, length(columns.get(index).title()));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
