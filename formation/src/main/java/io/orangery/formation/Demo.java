package io.orangery.formation;

import io.orangery.formation.Narrator.StepFailed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code orangery demo}: a formation on loopback, its story, and then the formation is yours until Ctrl-C. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Starts a Citus formation on loopback, writes to it, switches a worker over, kills a worker's host,"
                        + " and stays up until Ctrl-C.")
public final class Demo implements Callable<Integer> {

    @Option(
            names = "--groups",
            split = ",",
            defaultValue = "2,2,2",
            paramLabel = "SIZE",
            description = "members of each group, the coordinator group first (default: ${DEFAULT-VALUE})")
    private List<Integer> groups;

    @Option(
            names = "--dcs",
            defaultValue = "zookeeper",
            description = "zookeeper (built in) or etcd (an etcd program must be in PATH) (default: ${DEFAULT-VALUE})")
    private DcsServer.Kind dcs;

    @Option(
            names = "--ttl",
            defaultValue = "20",
            description = "seconds of a leader's lease (default: ${DEFAULT-VALUE})")
    private int ttl;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "folder for everything that is written (default: target/demo)")
    private Path work;

    @Option(names = "--once", description = "end after the story; exit code 1 when a step failed or a row was lost")
    private boolean isOnce;

    @Option(names = "--keep", description = "leave the work folder, with all logs, at the end")
    private boolean isKept;

    private final PrintStream out;

    private Demo(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the demo and returns its exit code: 0 when all went well, 1 when a step failed or something is missing, 2 for wrong
     * arguments.
     */
    public static int run(String[] arguments) {
        return new CommandLine(new Demo(System.out))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        Optional<PostgresInstallation> installed = PostgresPackage.findOrInstall(out);
        if (installed.isEmpty()) {
            return 1;
        }
        if (dcs == DcsServer.Kind.ETCD && !EtcdServerProcess.isInstalled()) {
            out.println(
                    "--dcs etcd needs the program etcd: install the Debian package etcd-server, or leave the option out.");
            return 1;
        }
        try {
            return start(installed.get());
        } catch (IOException | TimeoutException | IllegalArgumentException failed) {
            out.println("The demo cannot start: " + failed.getMessage());
            return 1;
        }
    }

    private int start(PostgresInstallation installed) throws IOException, TimeoutException {
        UnprivilegedUser user = UnprivilegedUser.current();
        Path folder = WorkFolder.choose(work, "demo", user);
        FormationPlan plan = FormationPlan.in(folder).groups(groups).dcs(dcs).ttl(Duration.ofSeconds(ttl));
        announce(installed, user, folder);
        int exitCode;
        Thread farewell = new Thread(() -> out.println("\nstopping everything ..."));
        Runtime.getRuntime().addShutdownHook(farewell);
        try (LoopbackFormation formation = LoopbackFormation.prepare(plan, installed)) {
            exitCode = tell(formation);
            if (!isOnce && exitCode == 0) {
                stayUp(formation);
            }
            Runtime.getRuntime().removeShutdownHook(farewell);
            out.println("stopping everything ...");
        }
        tidyUp(folder, exitCode);
        return exitCode;
    }

    private void announce(PostgresInstallation installed, UnprivilegedUser user, Path folder) {
        out.println("PostgreSQL " + installed.majorVersion() + " from " + installed.binDir()
                + (user.isAnother() ? ", started as user " + user.name() : "") + "; work folder " + folder);
        out.println(installed.citusInWords());
    }

    private int tell(LoopbackFormation formation) throws IOException {
        Narrator narrator = new Narrator(out);
        try {
            new DemoStory(formation, narrator).tell();
            return 0;
        } catch (StepFailed | SQLException failed) {
            narrator.say("FAILED: " + failed.getMessage());
            narrator.say("The logs of the nodes are in " + formation.plan().folder() + "/*.log");
            return 1;
        }
    }

    private void stayUp(LoopbackFormation formation) {
        Path first = formation.group(0).getFirst().file();
        String control = "deploy/bin/orangeryctl -c " + first;
        out.println();
        out.println("The formation stays up until Ctrl-C. Try, in another terminal:");
        out.println("  " + control + " list");
        out.println("  " + control + " topology");
        if (formation.groups().size() > 1) {
            out.println("  " + control + " switchover --group 1 --force");
            out.println("  " + control + " restart " + FormationPlan.SCOPE + " --group 2 --force");
        }
        out.println("  curl -s " + formation.nodes().getFirst().rest() + "/cluster");
        out.println("  PGPASSWORD=" + formation.superuserPassword() + " psql '" + psqlAddress(formation) + "'");
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String psqlAddress(LoopbackFormation formation) {
        List<FormationNode> coordinators = formation.group(0);
        String ports = String.join(
                ",", coordinators.stream().map(node -> "" + node.postgresPort()).toList());
        String hosts =
                String.join(",", coordinators.stream().map(node -> "127.0.0.1").toList());
        return "host=" + hosts + " port=" + ports + " user=postgres dbname=" + FormationPlan.DATABASE
                + " target_session_attrs=read-write";
    }

    private void tidyUp(Path folder, int exitCode) throws IOException {
        if (!isKept && exitCode == 0) {
            WorkFolder.delete(folder);
        } else {
            out.println("logs and configuration: " + folder);
        }
    }
}
