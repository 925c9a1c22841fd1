package io.orangery.ctl.output;

import io.orangery.core.cluster.ClusterView;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.Extent;
import io.orangery.ctl.cluster.GroupSeen;
import io.orangery.ctl.output.PrettyTable.Column;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The table of members that most commands print (ctl.md 9). */
public final class MemberTable {
    /**
     * @param title in machine formats
     * @param framedTitle in tables for people
     * @param cell number, text, map of tags; empty text when there is nothing
     */
    private record Cell(String title, String framedTitle, boolean right, Function<MemberRow, Object> cell) {
        static Cell left(String title, Function<MemberRow, Object> cell) {
            return new Cell(title, title, false, cell);
        }

        static Cell right(String title, String framedTitle, Function<MemberRow, Object> cell) {
            return new Cell(title, framedTitle, true, cell);
        }
    }

    private final ClusterSeen cluster;
    private final Format format;
    private final List<MemberRow> rows;
    private final List<Cell> cells;

    private MemberTable(ClusterSeen cluster, Format format, boolean extended) {
        this.cluster = cluster;
        this.format = format;
        this.rows = cluster.groups().values().stream()
                .flatMap(group -> rows(group).stream())
                .toList();
        this.cells = cells(extended);
    }

    /** @param extended true: with the four columns that are otherwise shown only when somebody has something in them */
    public static void print(PrintStream out, ClusterSeen cluster, Format format, boolean extended) {
        new MemberTable(cluster, format, extended).print(out);
    }

    private List<MemberRow> rows(GroupSeen group) {
        return format == Format.TOPOLOGY
                ? Topology.of(group)
                : ClusterSeen.members(group)
                        .map(seen -> MemberRow.of(seen, seen.name()))
                        .toList();
    }

    private void print(PrintStream out) {
        List<String> titles = cells.stream().map(Cell::title).toList();
        List<List<Object>> values = rows.stream()
                .map(row -> cells.stream().map(cell -> cell.cell().apply(row)).toList())
                .toList();
        switch (format) {
            case TSV -> Listing.tsv(out, titles, values);
            case JSON -> Listing.json(out, titles, values);
            case YAML -> Listing.yaml(out, titles, values);
            case PRETTY, TOPOLOGY -> {
                Listing.framed(
                        out,
                        Optional.of(title()),
                        cells.stream()
                                .map(cell -> new Column(cell.framedTitle(), cell.right()))
                                .toList(),
                        values.stream()
                                .map(row -> row.stream().map(String::valueOf).toList())
                                .toList());
                ServiceLines.of(cluster).forEach(out::println);
            }
        }
    }

    private List<Cell> cells(boolean extended) {
        List<MemberRow> located =
                rows.stream().filter(row -> row.address().isPresent()).toList();
        boolean withPort = located.stream()
                        .anyMatch(row -> row.address().orElseThrow().port() != 5432)
                || located.stream().map(row -> row.host(false)).distinct().count() < located.size();
        var cells = new ArrayList<Cell>();
        if (!format.framed()) {
            cells.add(Cell.left("Cluster", row -> cluster.name()));
        }
        if (cluster.extent().formation() && (!format.framed() || cluster.extent() instanceof Extent.AllGroups)) {
            cells.add(Cell.right("Group", "Group", MemberRow::group));
        }
        cells.add(Cell.left("Member", MemberRow::name));
        cells.add(Cell.left("Host", row -> row.host(withPort)));
        cells.add(Cell.left("Role", MemberRow::role));
        cells.add(Cell.left("State", MemberRow::state));
        cells.add(Cell.right("TL", "TL", row -> orEmpty(row.timeline())));
        cells.add(Cell.right("Receive LSN", "Receive LSN", row -> row.receive().lsn()));
        cells.add(Cell.right("Receive Lag", "Lag", row -> orEmpty(row.receive().lagMegabytes())));
        cells.add(Cell.right("Replay LSN", "Replay LSN", row -> row.replay().lsn()));
        cells.add(Cell.right("Replay Lag", "Lag", row -> orEmpty(row.replay().lagMegabytes())));
        for (Cell optional : optionalCells()) {
            if (extended
                    || located.stream()
                            .anyMatch(row -> !optional.cell().apply(row).equals(""))) {
                cells.add(optional);
            }
        }
        return cells;
    }

    private List<Cell> optionalCells() {
        return List.of(
                Cell.left("Pending restart", row -> row.pendingRestart() ? "*" : ""),
                // A line break would spill over several lines of a TSV (ctl.md X4).
                Cell.left(
                        "Pending restart reason",
                        row -> String.join(format == Format.TSV ? "; " : "\n", row.reasonLines(format.framed()))),
                Cell.left("Scheduled restart", MemberRow::scheduledRestart),
                Cell.left("Tags", row -> tags(row.tags())));
    }

    private Object tags(Map<String, Object> tags) {
        if (tags.isEmpty()) {
            return "";
        }
        return switch (format) {
            case JSON, YAML -> tags;
            case TSV, TOPOLOGY -> YamlText.flow(tags);
            case PRETTY -> YamlText.block(tags).stripTrailing();
        };
    }

    private String title() {
        return switch (cluster.extent()) {
            case Extent.Plain() ->
                "Cluster: " + cluster.name() + " ("
                        + initialize(cluster.subject().view()) + ")";
            case Extent.OneGroup(int number) ->
                "Citus cluster: " + cluster.name() + " (group: " + number + ", "
                        + initialize(cluster.subject().view()) + ")";
            case Extent.AllGroups() -> "Citus cluster: " + cluster.name();
        };
    }

    private static String initialize(ClusterView view) {
        return view.initialize()
                .map(value -> value.isBlank() ? "initializing" : value)
                .orElse("uninitialized");
    }

    private static Object orEmpty(Optional<? extends Object> value) {
        return value.isPresent() ? value.get() : "";
    }
}
