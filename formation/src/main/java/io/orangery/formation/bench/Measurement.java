package io.orangery.formation.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.orangery.formation.Await;
import io.orangery.formation.Narrator;
import io.orangery.formation.Narrator.StepFailed;
import io.orangery.formation.bench.Contestant.ChangeFailed;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Measures one contestant: load on, switchovers and restarts in turn, load off, rows counted. Runs on one thread. */
final class Measurement {

    private static final Duration COMES_UP = Duration.ofMinutes(3);
    private static final Duration SETTLES = Duration.ofMinutes(2);

    /** Metadata that is still unsynced after this does not hold the benchmark up: only DDL needs it. */
    private static final Duration SYNCS = Duration.ofSeconds(10);

    private static final Duration CALM = Duration.ofSeconds(2);

    private static final int LINE = 90;

    private final Contestant contestant;
    private final Duration writersRest;
    private final Duration warmUp;
    private final Narrator narrator;
    private final Budget budget;
    private final List<Round> switchovers = new ArrayList<>();
    private final List<Round> restarts = new ArrayList<>();
    private Duration longestRound = Duration.ZERO;
    private boolean isOver;

    private interface Request {
        Contestant.Change make() throws ChangeFailed, IOException, SQLException, TimeoutException;
    }

    /** @param warmUp agents and servers that have just been started are slower than those that have been up for days */
    Measurement(Contestant contestant, Duration writersRest, Duration warmUp, Narrator narrator, Budget budget) {
        this.contestant = contestant;
        this.writersRest = writersRest;
        this.warmUp = warmUp;
        this.narrator = narrator;
        this.budget = budget;
    }

    /**
     * Measures. A round after which the contestant does not become well is the last one.
     *
     * @throws StepFailed when the contestant does not come up
     * @throws SQLException when the tables cannot be made, or read at the end
     */
    Figures run(int wantedSwitchovers, int wantedRestarts) throws StepFailed, SQLException {
        narrator.await(contestant.name(), COMES_UP, this::missing);
        Tables tables = Tables.create(contestant.coordinator());
        narrator.say("up: " + tables.citusVersion());
        Load load = Load.start(contestant.coordinator(), tables, writersRest);
        try (load) {
            Await.pause(warmUp);
            rounds(load, wantedSwitchovers, wantedRestarts);
        }
        int lost = load.lostRows();
        narrator.say(load.acknowledgedRows() + " rows acknowledged, " + lost + " lost");
        return new Figures(
                contestant.name(),
                tables.citusVersion(),
                List.copyOf(switchovers),
                List.copyOf(restarts),
                load.acknowledgedRows(),
                lost,
                remarks(wantedSwitchovers, wantedRestarts),
                "");
    }

    /** In turn, so that whatever changes with time, or ends it early, touches both alike. */
    private void rounds(Load load, int wantedSwitchovers, int wantedRestarts) {
        for (int i = 0; i < Math.max(wantedSwitchovers, wantedRestarts); i++) {
            if (i < wantedSwitchovers && !round(load, "switchover", contestant::switchOver, switchovers)) {
                return;
            }
            if (i < wantedRestarts && !round(load, "restart", contestant::restart, restarts)) {
                return;
            }
        }
    }

    /** Whether there may be another one. */
    private boolean round(Load load, String what, Request request, List<Round> rounds) {
        if (!budget.hasRoomFor(longestRound)) {
            return false;
        }
        long start = Await.now();
        Round round = measure(load, rounds.size() + 1, request);
        rounds.add(round);
        Duration took = Await.since(start);
        longestRound = longestRound.compareTo(took) < 0 ? took : longestRound;
        narrator.say(what + " " + round.number() + ": writes waited " + Narrator.seconds(round.pause()) + ", failed "
                + round.window().failed(Kind.WRITE) + " writes and "
                + round.window().failed(Kind.READ)
                + " reads, longest read " + Narrator.seconds(round.longestRead())
                + (round.isComplete() ? "" : "; NOT COMPLETED: " + round.problem()));
        return !isOver;
    }

    private Round measure(Load load, int number, Request request) {
        load.openWindow();
        long start = Await.now();
        Contestant.Change change = new Contestant.Change(JsonNodeFactory.instance.objectNode(), 0);
        String problem = "";
        try {
            change = request.make();
        } catch (ChangeFailed | IOException | SQLException | TimeoutException failed) {
            problem = failed.getMessage();
        }
        Duration took = Await.since(start);
        try {
            settle();
        } catch (StepFailed notWell) {
            isOver = true;
            problem = problem + (problem.isEmpty() ? "" : "; then: ") + notWell.getMessage();
        }
        Duration settled = Await.since(start);
        Window window = load.window();
        awaitSync();
        return new Round(number, change.refusals(), problem, took, settled, window, change.steps());
    }

    /** What members publish is some seconds old: only what is still true after a while is believed. */
    private void settle() throws StepFailed {
        Budget patience = new Budget(SETTLES);
        do {
            narrator.await("the end of the round", patience.left(), this::missing);
            Await.pause(CALM);
        } while (!contestant.missing().isEmpty());
    }

    /** The start of what can be a long list while a formation comes up. */
    private String missing() {
        String all = contestant.missing();
        return all.length() <= LINE ? all : all.substring(0, LINE) + " ...";
    }

    private void awaitSync() {
        try {
            Await.until("the metadata", SYNCS, () -> Tables.areSynced(contestant.coordinator()));
        } catch (TimeoutException goesOnWithout) {
            // Statements that this benchmark makes do not need it.
        }
    }

    private List<String> remarks(int wantedSwitchovers, int wantedRestarts) {
        boolean isShort = switchovers.size() < wantedSwitchovers || restarts.size() < wantedRestarts;
        boolean hasTime = budget.hasRoomFor(longestRound);
        return isShort && !hasTime
                ? List.of("the time was up after " + switchovers.size() + " of " + wantedSwitchovers
                        + " switchovers and " + restarts.size() + " of " + wantedRestarts + " restarts")
                : List.of();
    }
}
