package io.orangery.postgres;

import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.ServerProcess;
import io.orangery.postgres.process.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Measures what a planned switchover costs at this adapter against what PostgreSQL itself costs: signals, SQL and probes by hand. A program,
 * not a test: wall-clock times are read by people. To be run as an unprivileged user, with the test class path.
 */
final class SwitchoverTimes {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BOUND = Duration.ofMillis(100);

    private final Map<String, List<Double>> millis = new TreeMap<>();

    private interface Work {
        void run() throws Exception;
    }

    /** @param arguments number of rounds */
    public static void main(String[] arguments) throws Exception {
        new SwitchoverTimes().run(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20);
    }

    private void run(int rounds) throws Exception {
        Path directory = Files.createTempDirectory("orangery-times");
        try (Node a = new Node(directory, "a");
                Node b = new Node(directory, "b")) {
            List.of(a, b).forEach(node -> node.parameters.put("fsync", "on"));
            a.bootstrapped();
            b.standbyOf(a);
            Node primary = a;
            Node standby = b;
            for (int round = 0; round < 2 * rounds; round++) {
                streaming(standby);
                if (round % 2 == 0) {
                    switchover(primary, standby);
                } else {
                    switchoverByHand(primary, standby);
                }
                primary.ok(primary.postgres().follow(Optional.of(standby.upstream()), Role.REPLICA, Optional.empty()));
                Node former = primary;
                primary = standby;
                standby = former;
            }
            for (int round = 0; round < rounds; round++) {
                restart(primary);
            }
        }
        millis.forEach(SwitchoverTimes::print);
    }

    private static void streaming(Node standby) {
        standby.eventually(seen -> seen.row().filter(MonitoringRow::streaming).isPresent());
    }

    private void switchover(Node primary, Node standby) {
        time("prepareToLead", () -> standby.ok(standby.postgres().prepareToLead(Optional.of("\"x\""), BOUND)));
        time("prepareToLead again", () -> standby.ok(standby.postgres().prepareToLead(Optional.of("\"x\""), BOUND)));
        primary.ok(primary.postgres().checkpoint(2));
        Node.await(primary.postgres().awaitQuiet(PATIENCE));
        time("awaitQuiet", () -> Node.await(primary.postgres().awaitQuiet(BOUND)));
        time("stop", () -> primary.stop(StopMode.FAST));
        time(
                "setSynchronousStandbyNames, confirmed",
                () -> standby.ok(standby.postgres().setSynchronousStandbyNames(Optional.of("\"x\""))));
        time("promote", () -> standby.ok(standby.postgres().promote(PATIENCE)));
        standby.ok(standby.postgres().setSynchronousStandbyNames(Optional.empty()));
    }

    private void switchoverByHand(Node primary, Node standby) throws SQLException, InterruptedException {
        primary.ok(primary.postgres().checkpoint(2));
        Postmaster postmaster = postmaster(primary);
        try (Connection connection = standby.connect("admin");
                Statement statement = connection.createStatement()) {
            time("stop by hand", () -> {
                postmaster.signal(Signal.INT);
                postmaster.awaitExit(PATIENCE);
            });
            // At once it would take five seconds, most of the time: see Promotion.
            Thread.sleep(500);
            time("promote by hand", () -> {
                statement.execute("SELECT pg_promote(false)");
                while (inRecovery(statement)) {
                    Thread.sleep(1);
                }
            });
        }
        primary.eventually(seen -> seen.postmaster().isEmpty());
        standby.eventually(seen -> seen.primary());
        standby.ok(standby.postgres().promote(PATIENCE));
    }

    private static boolean inRecovery(Statement statement) throws SQLException {
        try (ResultSet answer = statement.executeQuery("SELECT pg_is_in_recovery()")) {
            answer.next();
            return answer.getBoolean(1);
        }
    }

    private void restart(Node primary) throws IOException {
        primary.ok(primary.postgres().checkpoint(2));
        time("restart", () -> primary.ok(primary.postgres().restart(PATIENCE)));
        primary.ok(primary.postgres().checkpoint(2));
        Postmaster postmaster = postmaster(primary);
        List<String> command = List.of(Files.readString(primary.dataDir().resolve("postmaster.opts"))
                .strip()
                .replace("\"", "")
                .split(" "));
        var launch = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(primary.directory.resolve("by-hand.log").toFile());
        time("restart by hand", () -> {
            postmaster.signal(Signal.INT);
            postmaster.awaitExit(PATIENCE);
            launch.start();
            while (!ready(primary)) {
                Thread.sleep(1);
            }
        });
        primary.eventually(seen -> seen.primary() && seen.row().isPresent());
    }

    private static boolean ready(Node node) {
        try {
            return Files.readString(node.dataDir().resolve("postmaster.pid")).contains("ready");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Postmaster postmaster(Node node) {
        return new ServerProcess(node.dataDir(), "postgres", node.directory.resolve("unused"), gone -> {})
                .find()
                .orElseThrow();
    }

    private void time(String what, Work work) {
        long begun = System.nanoTime();
        try {
            work.run();
        } catch (Exception failed) {
            throw new IllegalStateException(what, failed);
        }
        millis.computeIfAbsent(what, first -> new ArrayList<>()).add((System.nanoTime() - begun) / 1e6);
    }

    private static void print(String what, List<Double> times) {
        List<Double> sorted = times.stream().sorted().toList();
        System.out.printf(
                "%-40s median %6.1f  least %6.1f  most %6.1f ms of %d%n",
                what, sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast(), sorted.size());
    }
}
