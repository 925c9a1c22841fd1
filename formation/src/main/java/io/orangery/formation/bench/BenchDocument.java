package io.orangery.formation.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Everything that was measured, every round of it, as JSON. Times are milliseconds. */
final class BenchDocument {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final ObjectNode root = JSON.createObjectNode();

    /** A fact about the run as a whole. */
    BenchDocument put(String key, String value) {
        root.put(key, value);
        return this;
    }

    BenchDocument put(String key, long value) {
        root.put(key, value);
        return this;
    }

    BenchDocument put(String key, double value) {
        root.put(key, value);
        return this;
    }

    /** What was measured of one contestant. */
    BenchDocument put(String key, Figures figures, Figures floor) {
        ObjectNode node = root.putObject(key);
        node.put("name", figures.name());
        node.put("citus", figures.citusVersion());
        node.put("failure", figures.failure());
        figures.remarks().forEach(node.putArray("remarks")::add);
        node.put("acknowledged_rows", figures.acknowledged());
        node.put("lost_rows", figures.lost());
        node.set("switchover", operation(figures.switchovers(), floor.switchovers()));
        node.set("restart", operation(figures.restarts(), floor.restarts()));
        return this;
    }

    private static ObjectNode operation(List<Round> rounds, List<Round> floorRounds) {
        ObjectNode node = JSON.createObjectNode();
        Statistics pause = statistics(rounds, Round::pause);
        node.put("pause_median_ms", milliseconds(pause.median()));
        node.put("pause_longest_ms", milliseconds(pause.longest()));
        node.put("share_under_1s", pause.underOneSecond());
        node.put("times_the_floor", pause.timesThatOf(statistics(floorRounds, Round::pause)));
        node.put(
                "longest_read_median_ms",
                milliseconds(statistics(rounds, Round::longestRead).median()));
        node.put(
                "other_group_longest_ms",
                milliseconds(statistics(rounds, Round::otherGroup).longest()));
        ArrayNode all = node.putArray("rounds");
        rounds.forEach(round -> all.add(round(round)));
        return node;
    }

    private static Statistics statistics(List<Round> rounds, Function<Round, Duration> what) {
        return Statistics.of(Round.complete(rounds).stream().map(what).toList());
    }

    private static ObjectNode round(Round round) {
        ObjectNode node = JSON.createObjectNode();
        node.put("number", round.number());
        node.put("completed", round.isComplete());
        node.put("problem", round.problem());
        node.put("refusals", round.refusals());
        node.put("pause_ms", milliseconds(round.pause()));
        node.put("pause_began_ms", milliseconds(round.window().longestBegan(Kind.WRITE, Load.DISTURBED)));
        node.put("longest_read_ms", milliseconds(round.longestRead()));
        node.put("other_group_ms", milliseconds(round.otherGroup()));
        node.put("took_ms", milliseconds(round.took()));
        node.put("settled_ms", milliseconds(round.settled()));
        node.set("steps", round.steps());
        ArrayNode clients = node.putArray("clients");
        round.window().clients().forEach(waits -> clients.add(client(waits)));
        return node;
    }

    private static ObjectNode client(Waits waits) {
        ObjectNode node = JSON.createObjectNode();
        node.put("kind", waits.kind().inWords());
        node.put("group", waits.group());
        node.put("completed", waits.completed());
        node.put("median_ms", Stopwatch.milliseconds(waits.median()));
        node.put("longest_ms", milliseconds(waits.longest()));
        ObjectNode failures = node.putObject("failures");
        waits.failures().forEach(failures::put);
        return node;
    }

    private static double milliseconds(Duration time) {
        return Stopwatch.milliseconds(time);
    }

    void write(Path file) throws IOException {
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        JSON.writeValue(file.toFile(), root);
    }
}
