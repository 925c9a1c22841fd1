package io.orangery.node;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Member;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.RestApiSettings;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Tree;
import io.orangery.http.tls.BadTlsSetting;
import io.orangery.http.tls.ServerTls;
import io.orangery.postgres.HostPostgres;
import io.orangery.postgres.process.Installation;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
        List<String> problems =
                new ArrayList<>(installation.check(settings.bootstrap().present()));
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
                LOG.warn(
                        "PostgreSQL runs here: going on without having checked that nobody else is named {}",
                        settings.name());
                return;
            }
            LOG.info("waiting for the DCS since {} s", ticker.now().minus(begun).toSeconds());
            TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES.toMillis());
        }
    }

    /**
     * Both ports must be free, and what the REST server reads from files must be usable, before anything is done that others see. PostgreSQL's
     * counts only when it does not run already.
     */
    static void ports(NodeSettings settings, HostPostgres postgres) throws StartRefused, InterruptedException {
        RestApiSettings rest = settings.restApi();
        try {
            if (rest.tls()) {
                ServerTls.read(rest);
            }
            bind(rest.listenHost(), rest.listenPort());
        } catch (BadTlsSetting unusable) {
            throw new StartRefused(unusable.getMessage());
        } catch (IOException failure) {
            throw new StartRefused("restapi.listen: cannot listen on " + rest.listenHost() + ":" + rest.listenPort()
                    + ": " + failure.getMessage() + "; expected an address of this host and a port that nobody uses");
        }
        if (runsHere(postgres)) {
            return;
        }
        PostgresSettings server = settings.postgres();
        for (String address : server.listenAddresses().split(",")) {
            try {
                bind(address.strip(), server.port());
            } catch (BindException failure) {
                // An address that this host does not have yet is PostgreSQL's own matter: it warns and goes on with the
                // others.
                if (("" + failure.getMessage()).contains("in use")) {
                    throw new StartRefused("postgresql.listen: port " + server.port() + " of " + address.strip()
                            + " is in use by another program; expected a port that nobody uses");
                }
            } catch (IOException notAnAddress) {
                LOG.debug("postgresql.listen {}: {}", address, notAnAddress.toString());
            }
        }
    }

    /** Takes the address and gives it back at once. */
    private static void bind(String host, int port) throws IOException {
        boolean all = host.isBlank() || host.equals("*");
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // as both servers do: connections in TIME_WAIT do not count
            socket.bind(all ? new InetSocketAddress(port) : new InetSocketAddress(host, port));
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
        tree.entries()
                .forEach((path, entry) -> keys.put(
                        path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        Optional<GroupId> group = settings.group();
        Optional<Member> namesake = ClusterKeys.view(keys, group).member(settings.name());
        if (namesake.isPresent() && peers.alive(namesake.get())) {
            throw new StartRefused("Can't start; there is already a node named '" + settings.name() + "' running");
        }
    }
}
