package io.orangery.formation.bench;

import io.orangery.formation.DcsServer;
import io.orangery.formation.EtcdServerProcess;
import io.orangery.formation.FormationPlan;
import io.orangery.formation.Narrator;
import io.orangery.formation.Narrator.StepFailed;
import io.orangery.formation.PostgresInstallation;
import io.orangery.formation.PostgresPackage;
import io.orangery.formation.UnprivilegedUser;
import io.orangery.formation.WorkFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code orangery bench}: the floor, Orangery and Patroni under the same load on this machine, one after the other. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures how long writes to a worker group wait when its primary is switched over or restarted: by hand (the floor),"
                    + " by Orangery, and by Patroni where it is installed. Prints a table and writes a JSON file with every round.",
            "Exit code 1 when Orangery or the floor lost a row or a round did not complete. Figures, whatever they are, and"
                    + " Patroni's rounds do not change it."
        })
public final class Bench implements Callable<Integer> {

    private static final Duration TTL = Duration.ofSeconds(20);
    private static final int PATRONI_ROUNDS = 3;

    /** Of the time that is left when a contestant's turn comes. */
    private static final double SHARE_OF_FLOOR = 0.25;

    private static final double SHARE_BESIDE_PATRONI = 0.65;

    /** Whether Patroni is measured. */
    enum WithPatroni {
        AUTO,
        NO
    }

    @Option(
            names = "--switchovers",
            defaultValue = "10",
            paramLabel = "N",
            description = "of each contestant (Patroni: at most " + PATRONI_ROUNDS + ") (default: ${DEFAULT-VALUE})")
    private int switchovers;

    @Option(
            names = "--restarts",
            defaultValue = "10",
            paramLabel = "N",
            description = "of each contestant (Patroni: at most " + PATRONI_ROUNDS + ") (default: ${DEFAULT-VALUE})")
    private int restarts;

    @Option(
            names = "--dcs",
            description = "the store of Orangery's formation: etcd or zookeeper (default: etcd where it is in PATH)")
    private DcsServer.Kind dcs;

    @Option(names = "--json", paramLabel = "FILE", description = "for every round (default: DIR.json of --work)")
    private Path json;

    @Option(
            names = "--patroni",
            defaultValue = "auto",
            description = "auto: where patroni and etcd are in PATH; no: not at all (default: ${DEFAULT-VALUE})")
    private WithPatroni patroni;

    @Option(
            names = "--minutes",
            defaultValue = "15",
            paramLabel = "N",
            description = "make fewer rounds when they would take longer than this in all (default: ${DEFAULT-VALUE})")
    private int minutes;

    @Option(
            names = "--rest",
            defaultValue = "0",
            paramLabel = "MS",
            description =
                    "milliseconds from a writer's row to its next; 0 keeps all processors busy (default: ${DEFAULT-VALUE})")
    private int rest;

    @Option(
            names = "--warm-up",
            defaultValue = "15",
            paramLabel = "N",
            description = "seconds of load before the first change (default: ${DEFAULT-VALUE})")
    private int warmUp;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "folder for everything that is written (default: target/bench)")
    private Path work;

    private final PrintStream out;
    private final Narrator narrator;
    private PostgresInstallation installed;
    private Path folder;

    private Bench(PrintStream out) {
        this.out = out;
        this.narrator = new Narrator(out);
    }

    /** Runs the benchmark and returns its exit code: 0, 1 as the description says or when it cannot start, 2 for wrong arguments. */
    public static int run(String[] arguments) {
        return new CommandLine(new Bench(System.out))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        Optional<PostgresInstallation> found = PostgresPackage.findOrInstall(out);
        if (found.isEmpty()) {
            return 1;
        }
        installed = found.get();
        if (dcs == null) {
            dcs = EtcdServerProcess.isInstalled() ? DcsServer.Kind.ETCD : DcsServer.Kind.ZOOKEEPER;
        }
        if (dcs == DcsServer.Kind.ETCD && !EtcdServerProcess.isInstalled()) {
            out.println("--dcs etcd needs the program etcd: install the Debian package etcd-server.");
            return 1;
        }
        UnprivilegedUser user = UnprivilegedUser.current();
        folder = WorkFolder.choose(work, "bench", user);
        announce(user);
        WorkFolder taken = WorkFolder.take(folder);
        try (taken) {
            user.own(folder);
            return measure();
        }
    }

    private void announce(UnprivilegedUser user) {
        out.println("PostgreSQL " + installed.majorVersion() + " from " + installed.binDir()
                + (user.isAnother() ? ", started as user " + user.name() : "") + "; work folder " + folder);
        out.println(installed.citusInWords());
        out.println(processors() + " processors; load on each worker group: " + Load.WRITERS_PER_GROUP
                + " writers, 1 reader");
        if (loadAverage() > processors() / 2.0) {
            out.printf(
                    Locale.ROOT,
                    "The machine is busy with other things (load average %.1f): every figure will be longer than it should be.%n",
                    loadAverage());
        }
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Of the last minute, as uptime(1) shows it. */
    private static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private int measure() throws IOException {
        Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        double loadBefore = loadAverage();
        Budget budget = new Budget(Duration.ofMinutes(minutes));
        Optional<String> whyNoPatroni = whyNoPatroni();

        Figures floor = measure(
                "by hand",
                switchovers,
                restarts,
                budget.share(SHARE_OF_FLOOR),
                () -> ByHand.start(installed, folder.resolve("floor")));
        Figures orangery = measure(
                "Orangery",
                switchovers,
                restarts,
                budget.share(whyNoPatroni.isPresent() ? 1 : SHARE_BESIDE_PATRONI),
                () -> managed("Orangery", FormationPlan.Agent.ORANGERY, dcs));
        Figures compared = whyNoPatroni
                .map(why -> Figures.skipped("Patroni", why))
                .orElseGet(() -> measure(
                        "Patroni",
                        Math.min(PATRONI_ROUNDS, switchovers),
                        Math.min(PATRONI_ROUNDS, restarts),
                        budget,
                        () -> managed("Patroni", FormationPlan.Agent.PATRONI, DcsServer.Kind.ETCD)));

        out.println(BenchTable.of(List.of(floor, orangery, compared)));
        Path file = json == null ? folder.resolveSibling(folder.getFileName() + ".json") : json;
        new BenchDocument()
                .put("started", started.toString())
                .put("processors", processors())
                .put("writers_rest_ms", rest)
                .put("load_average_before", loadBefore)
                .put("postgresql", installed.majorVersion())
                .put("dcs", dcs.name().toLowerCase(Locale.ROOT))
                .put("ttl_seconds", TTL.toSeconds())
                .put("floor", floor, floor)
                .put("orangery", orangery, floor)
                .put("patroni", compared, floor)
                .write(file);
        out.println("every round: " + file + "; logs: " + folder);
        return floor.isSound() && orangery.isSound() ? 0 : 1;
    }

    private Managed managed(String name, FormationPlan.Agent agent, DcsServer.Kind store)
            throws IOException, TimeoutException {
        FormationPlan plan = FormationPlan.in(folder.resolve(agent.name().toLowerCase(Locale.ROOT)))
                .groups(List.of(2, 2, 2))
                .ttl(TTL)
                .dcs(store)
                .agent(agent);
        return Managed.start(name, plan, installed);
    }

    private Optional<String> whyNoPatroni() {
        if (patroni == WithPatroni.NO) {
            return Optional.of("not measured, as --patroni no says");
        }
        if (!FormationPlan.Agent.PATRONI.isInstalled()) {
            return Optional.of("not measured: there is no program patroni in PATH");
        }
        if (!EtcdServerProcess.isInstalled()) {
            return Optional.of("not measured: there is no program etcd in PATH");
        }
        return installed.hasCitus()
                ? Optional.empty()
                : Optional.of("not measured: Citus is not installed, and the stand-in was not made for it");
    }

    private interface Start {
        Contestant start() throws IOException, SQLException, TimeoutException;
    }

    private Figures measure(String name, int wantedSwitchovers, int wantedRestarts, Budget budget, Start start) {
        narrator.chapter(name + ": " + wantedSwitchovers + " switchovers and " + wantedRestarts
                + " restarts of a worker's primary");
        try (Contestant contestant = start.start()) {
            return new Measurement(contestant, Duration.ofMillis(rest), Duration.ofSeconds(warmUp), narrator, budget)
                    .run(wantedSwitchovers, wantedRestarts);
        } catch (IOException | SQLException | TimeoutException | StepFailed | IllegalStateException failed) {
            narrator.say("FAILED: " + failed.getMessage());
            return Figures.failed(name, failed.getMessage());
        }
    }
}
