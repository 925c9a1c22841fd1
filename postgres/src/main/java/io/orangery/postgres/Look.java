package io.orangery.postgres;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.sql.MonitoringQuery;
import io.orangery.postgres.sql.ReplicationProtocol;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One look at directory, process and server. Concurrent looks share one; a server that hangs is asked once, not by everyone. */
final class Look {
    private static final Logger LOG = LoggerFactory.getLogger(Look.class);

    /** SQLSTATE cannot_connect_now: starting up, shutting down or in crash recovery. */
    private static final String CANNOT_CONNECT_NOW = "57P03";

    private static final long SERVER_ANSWERS_WITHIN_MILLIS = 2000;
    private static final Duration TIMELINE_IS_FRESH_FOR = Duration.ofSeconds(10);

    private final Host host;
    private final Executor threads;
    private CompletableFuture<PostgresSeen> underWay;
    private boolean underWayWithReplication;
    private boolean questionWithReplication;
    private CompletableFuture<Answer> question = CompletableFuture.completedFuture(Answer.NONE);
    private volatile Optional<Timeline> timeline = Optional.empty();

    /** @param asked empty: the server was not asked */
    private record Answer(Optional<MonitoringRow> row, Optional<String> failure, Optional<Duration> asked) {
        static final Answer NONE = new Answer(Optional.empty(), Optional.empty(), Optional.empty());

        static Answer failed(String why) {
            return new Answer(Optional.empty(), Optional.of(why), Optional.empty());
        }
    }

    /** Of a standby without a WAL receiver. */
    private record Timeline(long postmaster, int number, Duration at) {}

    Look(Host host, Executor threads) {
        this.host = host;
        this.threads = threads;
    }

    synchronized CompletableFuture<PostgresSeen> look(boolean withReplication) {
        if (underWay != null && !underWay.isDone() && (underWayWithReplication || !withReplication)) {
            return underWay.copy();
        }
        underWayWithReplication = withReplication;
        Duration begun = host.ticker().now();
        underWay = CompletableFuture.supplyAsync(this::find, threads)
                .thenCompose(postmaster -> ask(postmaster, withReplication)
                        .thenApplyAsync(answer -> see(postmaster, answer, begun), threads));
        return underWay.copy();
    }

    private Optional<Postmaster> find() {
        host.server().trimLog();
        return host.server().find();
    }

    private CompletableFuture<Answer> ask(Optional<Postmaster> postmaster, boolean withReplication) {
        if (postmaster.isEmpty()) {
            return CompletableFuture.completedFuture(Answer.NONE);
        }
        if (!postmaster.get().started() || postmaster.get().stopping()) {
            return CompletableFuture.completedFuture(
                    Answer.failed(postmaster.get().stopping() ? "the server is stopping" : "the server is starting"));
        }
        return pending(withReplication)
                .completeOnTimeout(
                        Answer.failed("no answer within " + SERVER_ANSWERS_WITHIN_MILLIS + " ms"),
                        SERVER_ANSWERS_WITHIN_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /**
     * A copy: its time limit is this look's own, the question goes on. A question that does not ask for WAL senders is no answer to a look that
     * does: missing standbys would be taken for lost ones.
     */
    private synchronized CompletableFuture<Answer> pending(boolean withReplication) {
        if (question.isDone() || withReplication && !questionWithReplication) {
            questionWithReplication = withReplication;
            Duration asked = host.ticker().now();
            question = question.handleAsync((before, failure) -> query(withReplication, asked), threads);
        }
        return question.copy();
    }

    private Answer query(boolean withReplication, Duration asked) {
        try {
            Connection connection = host.connections().kept("heartbeat");
            return new Answer(
                    Optional.of(MonitoringQuery.ask(connection, host.version(), withReplication)),
                    Optional.empty(),
                    Optional.of(asked));
        } catch (SQLException failure) {
            host.connections().discard("heartbeat");
            if (CANNOT_CONNECT_NOW.equals(failure.getSQLState())) {
                host.memory().stillStarting();
            }
            return Answer.failed(failure.getMessage());
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return Answer.failed("interrupted");
        } catch (Exception failure) {
            LOG.warn("the monitoring query failed", failure);
            host.connections().discard("heartbeat");
            return Answer.failed(failure.toString());
        }
    }

    private PostgresSeen see(Optional<Postmaster> before, Answer answer, Duration begun) {
        Optional<Postmaster> postmaster = before.filter(Postmaster::alive);
        Memory memory = host.memory();
        Optional<MonitoringRow> row = postmaster.flatMap(alive -> answer.row());
        // An answer that an earlier look waited for in vain is as old as its question.
        Duration asOf =
                answer.asked().filter(asked -> asked.compareTo(begun) < 0).orElse(begun);
        row.ifPresent(seen -> memory.answered(seen.inRecovery(), asOf));
        if (postmaster.isPresent()
                && row.isEmpty()
                && !postmaster.get().started()
                && !postmaster.get().stopping()) {
            memory.stillStarting();
        }
        DataDirectory directory = directory();
        if (postmaster.isEmpty()) {
            memory.gone();
            roleWithoutServer(directory);
        }
        return new PostgresSeen(
                directory,
                postmaster.map(Postmaster::pid),
                memory.state(),
                memory.stateSince(),
                memory.role(),
                row,
                postmaster.isPresent() ? answer.failure() : Optional.empty(),
                memory.pendingRestart(),
                postmaster.flatMap(alive -> row.flatMap(seen -> replicationTimeline(alive, seen))),
                asOf);
    }

    private DataDirectory directory() {
        try {
            // While a copy is being made the control file means nothing, and may be half there.
            boolean meaningful = host.memory().state() != PostgresState.CREATING_REPLICA;
            Optional<ControlData> control = meaningful ? host.control().read() : Optional.empty();
            return host.directory().look(control);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return new DataDirectory.Inaccessible("interrupted");
        }
    }

    /** ha-behaviour 1.1: the first guess, and what a directory that went away makes of it. */
    private void roleWithoutServer(DataDirectory directory) {
        Memory memory = host.memory();
        switch (directory) {
            case DataDirectory.Empty empty -> memory.role(Role.UNINITIALIZED);
            case DataDirectory.Present present
            when memory.role() == Role.UNINITIALIZED && present.control().isPresent() ->
                memory.role(present.standbySignal() ? Role.REPLICA : Role.DEMOTED);
            case DataDirectory.Present present -> {}
            case DataDirectory.Inaccessible inaccessible -> {}
        }
    }

    private Optional<Integer> replicationTimeline(Postmaster postmaster, MonitoringRow row) {
        if (!row.inRecovery() || row.receivedTimeline().isPresent()) {
            return Optional.empty();
        }
        Duration now = host.ticker().now();
        Optional<Timeline> known = timeline.filter(cached -> cached.postmaster() == postmaster.pid()
                && now.minus(cached.at()).compareTo(TIMELINE_IS_FRESH_FOR) < 0);
        if (known.isEmpty()) {
            known = identify().map(number -> new Timeline(postmaster.pid(), number, now));
            timeline = known;
        }
        return known.map(Timeline::number);
    }

    private Optional<Integer> identify() {
        try (Connection connection = host.connections().localReplication()) {
            return Optional.of(ReplicationProtocol.identifySystem(connection).timeline());
        } catch (SQLException failure) {
            LOG.debug("IDENTIFY_SYSTEM on the local server failed: {}", failure.getMessage());
            return Optional.empty();
        }
    }

    /** After a promotion or a start elsewhere in the history. */
    void forgetTimeline() {
        timeline = Optional.empty();
    }
}
