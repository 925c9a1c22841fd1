package io.orangery.formation.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.formation.Narrator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What was measured, for people: one column for each contestant, then the steps and the errors behind the figures. */
final class BenchTable {

    private static final int FIRST_COLUMN = 42;
    private static final int COLUMN = 14;
    private static final String NOTHING = "-";

    /** The most frequent ones of each kind are told; the rest is in the document. */
    private static final int ERRORS = 3;

    /** How Citus begins what it passes on. */
    private static final String FROM_WORKER =
            "ERROR: connection to the remote node \\S+ failed with the following error: ";

    private final List<Figures> columns;
    private final Figures floor;
    private final StringBuilder text = new StringBuilder();

    private BenchTable(List<Figures> columns) {
        this.columns = columns;
        this.floor = columns.getFirst();
    }

    /** The table, several lines; the floor comes first. */
    static String of(List<Figures> columns) {
        BenchTable table = new BenchTable(columns);
        table.operation("Switchover of a worker", Figures::switchovers);
        table.operation("Restart of a worker's primary", Figures::restarts);
        table.title("At the end");
        table.line("acknowledged rows", figures -> "" + figures.acknowledged());
        table.line("lost rows", figures -> "" + figures.lost());
        table.explain();
        return table.text.toString();
    }

    private void operation(String title, Function<Figures, List<Round>> rounds) {
        title(title);
        line("rounds", figures -> completed(rounds.apply(figures)));
        line("requests refused, then repeated", figures -> refused(rounds.apply(figures)));
        line(
                "writes to the group wait: median",
                figures -> time(pauses(rounds.apply(figures)).median()));
        line("  longest", figures -> time(pauses(rounds.apply(figures)).longest()));
        line(
                "  rounds under 1 s",
                figures -> percent(pauses(rounds.apply(figures)).underOneSecond()));
        line("  median, times the floor's", figures -> times(rounds.apply(figures), rounds.apply(floor)));
        line("failed writes", figures -> failed(rounds.apply(figures), Kind.WRITE));
        line("failed reads", figures -> failed(rounds.apply(figures), Kind.READ));
        line(
                "longest read: median",
                figures -> time(reads(rounds.apply(figures)).median()));
        line("  longest", figures -> time(reads(rounds.apply(figures)).longest()));
        line(
                "other group's longest write: median",
                figures -> time(others(rounds.apply(figures)).median()));
        line("  longest", figures -> time(others(rounds.apply(figures)).longest()));
        line("failed transactions", figures -> failed(rounds.apply(figures), Kind.TRANSACTION));
        line("failed SELECT ... FOR UPDATE", figures -> failed(rounds.apply(figures), Kind.LOCKING_READ));
    }

    private void explain() {
        text.append('\n');
        for (Figures figures : columns) {
            figures.remarks().forEach(remark -> tell(figures.name() + ": " + remark));
            if (!figures.failure().isEmpty()) {
                tell(figures.name() + ": FAILED: " + figures.failure());
            }
            steps(figures.name() + ", switchover", figures.switchovers());
            steps(figures.name() + ", restart", figures.restarts());
            problems(figures);
            errors(figures);
        }
    }

    private void steps(String title, List<Round> rounds) {
        Map<String, List<Duration>> steps = new LinkedHashMap<>();
        for (Round round : rounds) {
            for (Map.Entry<String, JsonNode> step : round.steps().properties()) {
                if (step.getValue().isNumber()) {
                    steps.computeIfAbsent(step.getKey(), name -> new ArrayList<>())
                            .add(Duration.ofNanos((long) (step.getValue().asDouble() * 1e6)));
                }
            }
        }
        if (!steps.isEmpty()) {
            StringBuilder line = new StringBuilder(title + ", medians of the steps in ms:");
            steps.forEach((name, times) -> line.append(' ')
                    .append(name)
                    .append(' ')
                    .append(Math.round(
                            Stopwatch.milliseconds(Statistics.of(times).median()))));
            tell(line.toString());
        }
    }

    private void problems(Figures figures) {
        for (Round round : all(figures)) {
            if (!round.isComplete()) {
                tell(figures.name() + ": a round did not complete (writes waited " + time(round.pause()) + "): "
                        + round.problem());
            }
        }
    }

    private void errors(Figures figures) {
        for (Kind kind : Kind.values()) {
            Map<String, Integer> errors = new TreeMap<>();
            for (Round round : all(figures)) {
                round.window().failures(kind).forEach((error, count) -> errors.merge(error, count, Integer::sum));
            }
            if (!errors.isEmpty()) {
                tell(figures.name() + ", failed " + kind.inWords() + ": " + mostFrequent(errors));
            }
        }
    }

    private static String mostFrequent(Map<String, Integer> errors) {
        List<String> sorted = errors.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(error -> error.getValue() + " x " + error.getKey().replaceFirst(FROM_WORKER, "from the worker: "))
                .toList();
        String others = sorted.size() > ERRORS ? "; " + (sorted.size() - ERRORS) + " other errors" : "";
        return String.join("; ", sorted.subList(0, Math.min(ERRORS, sorted.size()))) + others;
    }

    private static List<Round> all(Figures figures) {
        List<Round> all = new ArrayList<>(figures.switchovers());
        all.addAll(figures.restarts());
        return all;
    }

    private void title(String title) {
        text.append('\n').append(padded(title, FIRST_COLUMN));
        columns.forEach(column -> text.append(rightAligned(column.name())));
        text.append('\n').append("-".repeat(FIRST_COLUMN + COLUMN * columns.size()));
        text.append('\n');
    }

    private void line(String title, Function<Figures, String> cell) {
        text.append(padded(title, FIRST_COLUMN));
        for (Figures figures : columns) {
            boolean isMeasured = !all(figures).isEmpty();
            text.append(rightAligned(isMeasured ? cell.apply(figures) : NOTHING));
        }
        text.append('\n');
    }

    private void tell(String line) {
        text.append(line).append('\n');
    }

    private static String padded(String cell, int width) {
        return cell + " ".repeat(Math.max(1, width - cell.length()));
    }

    private static String rightAligned(String cell) {
        return " ".repeat(Math.max(1, COLUMN - cell.length())) + cell;
    }

    private static String completed(List<Round> rounds) {
        long completed = rounds.stream().filter(Round::isComplete).count();
        return completed == rounds.size() ? "" + completed : completed + " of " + rounds.size();
    }

    private static String refused(List<Round> rounds) {
        return "" + rounds.stream().mapToInt(Round::refusals).sum();
    }

    private static Statistics pauses(List<Round> rounds) {
        return statistics(rounds, Round::pause);
    }

    private static Statistics reads(List<Round> rounds) {
        return statistics(rounds, Round::longestRead);
    }

    private static Statistics others(List<Round> rounds) {
        return statistics(rounds, Round::otherGroup);
    }

    private static Statistics statistics(List<Round> rounds, Function<Round, Duration> what) {
        return Statistics.of(Round.complete(rounds).stream().map(what).toList());
    }

    private static String failed(List<Round> rounds, Kind kind) {
        return ""
                + rounds.stream().mapToInt(round -> round.window().failed(kind)).sum();
    }

    private static String times(List<Round> rounds, List<Round> floor) {
        double times = pauses(rounds).timesThatOf(pauses(floor));
        return times == 0 ? NOTHING : String.format(Locale.ROOT, "%.1f", times);
    }

    private static String time(Duration time) {
        return time.isZero() ? NOTHING : Narrator.seconds(time);
    }

    private static String percent(double share) {
        return Math.round(100 * share) + " %";
    }
}
