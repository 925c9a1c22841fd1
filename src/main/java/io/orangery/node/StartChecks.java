package io.orangery.node;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Member;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Tree;
import io.orangery.postgres.HostPostgres;
import io.orangery.postgres.process.Installation;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must hold before an agent touches anything. Runs on the main thread and may wait. */
final class StartChecks {
    private static final Logger LOG = LoggerFactory.getLogger(StartChecks.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);

    private StartChecks() {}

    /** PostgreSQL's programs, and the extension's files while {@code citus:} is set: before initdb. */
    static void tools(Installation installation, NodeSettings settings) throws StartRefused, InterruptedException {
        List<String> problems = new ArrayList<>(installation.check(settings.bootstrap().present()));
        if (problems.isEmpty() && settings.citus().isPresent()) {
            installation.checkCitus().ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw new StartRefused(String.join("\n", problems));
        }
    }

    /**
     * Nobody else may run under this name. Waits for the store for as long as that takes, except when PostgreSQL runs here already: then its
     * lease has to be looked after.
     */
    static void uniqueName(Dcs dcs, NodeSettings settings, PeerConnections peers, Ticker ticker, HostPostgres postgres)
            throws StartRefused, InterruptedException {
        Duration begun = ticker.now();
        while (true) {
            switch (await(dcs)) {
                case Answer.Done<Tree>(Tree tree) -> {
                    refuseNamesake(tree, settings, peers);
                    return;
                }
                case Answer.Refused<Tree>(String why) -> LOG.warn("Can not get cluster from dcs: {}", why);
                case Answer.Unreachable<Tree>(String why) -> LOG.warn("Can not get cluster from dcs: {}", why);
            }
            if (runsHere(postgres)) {
                LOG.warn("PostgreSQL runs here: going on without having checked that nobody else is named {}", settings.name());
                return;
            }
            LOG.info("waiting for the DCS since {} s", ticker.now().minus(begun).toSeconds());
            TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES.toMillis());
        }
    }

    private static Answer<Tree> await(Dcs dcs) throws InterruptedException {
        try {
            return dcs.readLinearizable().toCompletableFuture().get(1, TimeUnit.MINUTES);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException failure) {
            return Answer.unreachable(failure.toString());
        }
    }

    private static boolean runsHere(HostPostgres postgres) throws InterruptedException {
        try {
            PostgresSeen seen = postgres.look(false).toCompletableFuture().get(10, TimeUnit.SECONDS);
            return seen.postmasterAlive() && seen.directory() instanceof DataDirectory.Present;
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException failure) {
            LOG.warn("looking at PostgreSQL failed: {}", failure.toString());
            return false;
        }
    }

    private static void refuseNamesake(Tree tree, NodeSettings settings, PeerConnections peers)
            throws StartRefused, InterruptedException {
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        tree.entries().forEach((path, entry) -> keys.put(
                path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        Optional<GroupId> group = settings.group();
        Optional<Member> namesake = ClusterKeys.view(keys, group).member(settings.name());
        if (namesake.isPresent() && peers.alive(namesake.get())) {
            throw new StartRefused("Can't start; there is already a node named '" + settings.name() + "' running");
        }
    }
}
