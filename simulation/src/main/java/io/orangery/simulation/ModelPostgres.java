package io.orangery.simulation;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.LocalPostgres;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One run of an agent's hold on the PostgreSQL of its host: remembers what the real adapter remembers, takes the time that commands take, and
 * does to the {@link PostgresServer} what they do. When the agent dies, what it had sent goes on and no answer comes.
 */
final class ModelPostgres implements LocalPostgres {
    private static final Duration PROBE = Duration.ofMillis(5);

    private final World world;
    private final PostgresServer server;
    private final ModelMemory memory;
    private Consumer<Event> listener = event -> {};
    private boolean agentLives = true;
    private Optional<Runnable> cancelRunning = Optional.empty();

    ModelPostgres(World world, PostgresServer server) {
        this.world = world;
        this.server = server;
        this.memory = new ModelMemory(world.clock());
        server.listener(pid -> tell(new Event.PostmasterExited(pid)), () -> tell(new Event.Changed()));
    }

    private void tell(Event event) {
        if (agentLives) {
            listener.accept(event);
        }
    }

    /** The agent is gone: no answer and no event reaches it any more. */
    void abandon() {
        agentLives = false;
    }

    // --- time, answers and cancelling
    // ------------------------------------------------------------------------------------------------

    private <T> CompletionStage<T> later(Duration delay, Supplier<T> answer) {
        CompletableFuture<T> future = new CompletableFuture<>();
        world.clock().after(delay, () -> {
            if (agentLives) {
                future.complete(answer.get());
            }
        });
        return future;
    }

    private CompletionStage<Outcome> done(Duration delay) {
        return later(delay, Outcome.Ok::new);
    }

    /** A command that {@link #cancel()} ends; what it sent to the server goes on. */
    private CompletableFuture<Outcome> command() {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        cancelRunning = Optional.of(() -> future.complete(new Outcome.Cancelled()));
        return future;
    }

    private void answer(CompletableFuture<Outcome> command, Outcome outcome) {
        if (agentLives) {
            command.complete(outcome);
        }
    }

    /** Looks until the condition holds, the postmaster is gone, or the limit is over. */
    private void await(CompletableFuture<Outcome> command, BooleanSupplier condition, Duration limit, Runnable then) {
        long run = server.run();
        await(command, run, condition, world.clock().now().plus(limit), then);
    }

    private void await(
            CompletableFuture<Outcome> command, long run, BooleanSupplier condition, Duration end, Runnable then) {
        if (command.isDone() || !agentLives) {
            return;
        }
        if (server.run() != run) {
            memory.state(
                    memory.state() == PostgresState.RESTARTING
                            ? PostgresState.RESTART_FAILED
                            : PostgresState.START_FAILED);
            answer(command, new Outcome.Failed("PostgreSQL exited while it was waited for"));
        } else if (condition.getAsBoolean()) {
            then.run();
            answer(command, new Outcome.Ok());
        } else if (world.clock().now().compareTo(end) >= 0) {
            if (!server.answers()) {
                memory.state(PostgresState.STARTING);
            }
            answer(command, new Outcome.StillStarting());
        } else {
            world.clock().after(PROBE, () -> await(command, run, condition, end, then));
        }
    }

    @Override
    public CompletionStage<Void> cancel() {
        cancelRunning.ifPresent(cancelling -> world.clock().after(world.draw().millis(1, 20), () -> {
            if (agentLives) {
                cancelling.run();
            }
        }));
        return CompletableFuture.completedFuture(null);
    }

    // --- looking
    // ---------------------------------------------------------------------------------------------------------------------

    @Override
    public void configure(PostgresSettings settings) {}

    @Override
    public CompletionStage<PostgresSeen> look(boolean withReplication) {
        Duration begun = world.clock().now();
        return later(world.draw().usuallyMillis(1, 8), () -> see(begun, withReplication));
    }

    PostgresSeen see(Duration begun, boolean withReplication) {
        return new ModelLook(server, memory).see(begun, withReplication);
    }

    @Override
    public void onEvent(Consumer<Event> events) {
        listener = events;
    }

    @Override
    public CompletionStage<Outcome> adopt() {
        return later(world.draw().millis(1, 10), () -> {
            if (!server.answers()) {
                memory.stillStarting();
                return new Outcome.StillStarting();
            }
            memory.answered(server.inRecovery());
            if (server.inRecovery()) {
                memory.follows(Optional.of(server.upstream()));
            } else {
                memory.managedNames(Optional.of(server.namesInForce()).filter(names -> !names.isEmpty()));
            }
            return new Outcome.Ok();
        });
    }

    // --- bootstrap
    // -------------------------------------------------------------------------------------------------------------------

    @Override
    public CompletionStage<Outcome> initdb(BootstrapSettings bootstrap) {
        CompletableFuture<Outcome> command = command();
        memory.state(PostgresState.INITDB);
        world.clock().after(world.draw().millis(800, 2500), () -> {
            if (agentLives && !command.isDone()) {
                server.fill(ModelDirectory.initdb(world.newSystemIdentifier()));
                launch(command, false, Optional.empty(), Duration.ofSeconds(60));
            }
        });
        return command;
    }

    @Override
    public CompletionStage<Outcome> postBootstrap(BootstrapSettings bootstrap, Optional<CitusSettings> citus) {
        return done(world.draw().millis(20, 200));
    }

    @Override
    public CompletionStage<Outcome> discardFailedBootstrap() {
        server.crash("is discarded after a failed bootstrap");
        server.empty();
        return done(world.draw().millis(1, 50));
    }

    @Override
    public CompletionStage<Outcome> clone(Upstream source, boolean onlyBasebackup) {
        CompletableFuture<Outcome> command = command();
        memory.state(PostgresState.CREATING_REPLICA);
        memory.follows(Optional.empty());
        PostgresServer from = world.server(source);
        if (!reachable(from)) {
            world.clock()
                    .after(
                            Duration.ofSeconds(3),
                            () -> answer(command, new Outcome.Failed("cannot connect to " + from.host())));
            return command;
        }
        server.empty();
        long sourceRun = from.run();
        Wal begun = from.wal().copy();
        world.clock().after(world.draw().millis(500, 6000), () -> {
            if (command.isDone()) {
                return;
            }
            if (from.run() != sourceRun || !reachable(from)) {
                answer(
                        command,
                        new Outcome.Failed("the connection to " + from.host() + " was lost while it was copied"));
                return;
            }
            server.fill(ModelDirectory.copy(
                    from.directory().orElseThrow().systemIdentifier(),
                    begun,
                    from.wal().end()));
            answer(command, new Outcome.Ok());
        });
        return command;
    }

    private boolean reachable(PostgresServer other) {
        return world.network().open(server.host(), other.host())
                && world.network().open(other.host(), server.host())
                && other.answers();
    }

    @Override
    public CompletionStage<Outcome> removeDataDirectory() {
        server.empty();
        return done(world.draw().millis(1, 100));
    }

    // --- start, stop, promote
    // --------------------------------------------------------------------------------------------------------

    private void launch(
            CompletableFuture<Outcome> command, boolean standby, Optional<String> upstream, Duration limit) {
        memory.role(standby ? Role.REPLICA : Role.PRIMARY);
        if (memory.state() != PostgresState.RESTARTING) {
            memory.state(PostgresState.STARTING);
        }
        memory.follows(standby ? Optional.of(upstream) : Optional.empty());
        server.directory().orElseThrow().configuredNames(memory.managedNames().orElse(""));
        server.start(standby, upstream);
        await(command, server::answers, limit, () -> memory.state(PostgresState.RUNNING));
    }

    @Override
    public CompletionStage<Outcome> startPrimary(Duration timeout) {
        CompletableFuture<Outcome> command = command();
        if (server.postmaster().isPresent()) {
            await(command, server::answers, timeout, () -> {});
        } else {
            launch(command, false, Optional.empty(), timeout);
        }
        return command;
    }

    @Override
    public CompletionStage<Outcome> follow(Optional<Upstream> upstream, Role role, Optional<Duration> timeout) {
        CompletableFuture<Outcome> command = command();
        Optional<String> target = upstream.map(world::server).map(PostgresServer::host);
        if (server.postmaster().isEmpty()) {
            launch(command, true, target, timeout.orElse(Duration.ofSeconds(60)));
        } else if (memory.role() == Role.PRIMARY || memory.role() == Role.PROMOTED) {
            restartAs(command, true, target, timeout.orElse(Duration.ofSeconds(60)));
        } else {
            memory.follows(Optional.of(target));
            world.clock().after(world.draw().millis(2, 20), () -> {
                server.follow(target);
                answer(command, new Outcome.Ok());
            });
        }
        return command;
    }

    @Override
    public boolean follows(Optional<Upstream> upstream) {
        return memory.role() != Role.PRIMARY
                && memory.follows()
                        .equals(Optional.of(upstream.map(world::server).map(PostgresServer::host)));
    }

    @Override
    public CompletionStage<Outcome> restart(Duration startTimeout) {
        CompletableFuture<Outcome> command = command();
        boolean standby = memory.role() != Role.PRIMARY;
        restartAs(
                command, standby, standby ? memory.follows().orElse(Optional.empty()) : Optional.empty(), startTimeout);
        return command;
    }

    private void restartAs(
            CompletableFuture<Outcome> command, boolean standby, Optional<String> upstream, Duration limit) {
        memory.state(PostgresState.RESTARTING);
        server.stopFast();
        server.whenDown(() -> {
            if (agentLives && !command.isDone()) {
                launch(command, standby, upstream, limit);
            }
        });
    }

    @Override
    public CompletionStage<Stopped> stop(StopMode mode, Optional<Duration> timeout, boolean published) {
        CompletableFuture<Stopped> stopped = new CompletableFuture<>();
        if (server.postmaster().isEmpty()) {
            return later(world.draw().millis(1, 5), this::stopResult);
        }
        memory.state(published ? PostgresState.STOPPING : PostgresState.RESTARTING);
        server.whenDown(() -> {
            if (agentLives) {
                memory.stopped();
                world.clock().after(world.draw().millis(0.5, 5), () -> stopped.complete(stopResult()));
            }
        });
        cancelRunning = Optional.of(() -> stopped.complete(new Stopped.Failed("cancelled")));
        if (mode == StopMode.FAST) {
            server.stopFast();
            long run = server.run();
            timeout.ifPresent(limit -> world.clock().after(limit, () -> {
                if (agentLives && server.run() == run) {
                    server.stopImmediate();
                }
            }));
        } else {
            server.stopImmediate();
        }
        return stopped;
    }

    private Stopped stopResult() {
        Optional<ModelDirectory> clean =
                server.directory().filter(content -> content.state().equals("shut down"));
        return clean.isEmpty()
                ? new Stopped.Ended()
                : new Stopped.Cleanly(
                        clean.get().checkpoint(),
                        clean.get().checkpoint(),
                        clean.get().wal().timeline());
    }

    @Override
    public CompletionStage<Outcome> prePromote() {
        return CompletableFuture.completedFuture(new Outcome.Ok());
    }

    /** No read of the model ever stands in the way of replay: there is nothing to bound. */
    @Override
    public CompletionStage<Outcome> prepareToLead(Optional<String> synchronousNames, Duration conflictLimit) {
        return setSynchronousStandbyNames(synchronousNames);
    }

    @Override
    public CompletionStage<Outcome> endPreparation() {
        return CompletableFuture.completedFuture(new Outcome.Ok());
    }

    @Override
    public CompletionStage<Boolean> awaitQuiet(Duration limit) {
        return later(world.draw().millis(5, 10), () -> true);
    }

    @Override
    public CompletionStage<Optional<Lsn>> awaitStreamEnd(Duration limit) {
        CompletableFuture<Optional<Lsn>> ended = new CompletableFuture<>();
        awaitStreamEnd(ended, world.clock().now().plus(limit));
        return ended;
    }

    private void awaitStreamEnd(CompletableFuture<Optional<Lsn>> ended, Duration end) {
        boolean streams = server.answers() && server.receiving().isPresent();
        if (!streams || world.clock().now().compareTo(end) >= 0) {
            if (agentLives) {
                ended.complete(
                        streams ? Optional.empty() : Optional.of(server.wal().end()));
            }
        } else if (agentLives) {
            world.clock().after(PROBE, () -> awaitStreamEnd(ended, end));
        }
    }

    @Override
    public CompletionStage<Outcome> promote(Duration limit) {
        CompletableFuture<Outcome> command = command();
        if (server.postmaster().isEmpty()) {
            return CompletableFuture.completedFuture(new Outcome.Failed("PostgreSQL does not run"));
        }
        if (memory.role() != Role.PRIMARY) {
            memory.role(Role.PROMOTED);
        }
        memory.follows(Optional.empty());
        server.promote();
        await(command, server::acceptsWrites, limit, () -> {
            memory.role(Role.PRIMARY);
            tell(new Event.Changed());
        });
        return command;
    }

    @Override
    public CompletionStage<Outcome> beforeStop() {
        return CompletableFuture.completedFuture(new Outcome.Ok());
    }

    // --- histories
    // -------------------------------------------------------------------------------------------------------------------

    @Override
    public CompletionStage<Divergence> checkDivergence(Upstream leader) {
        return later(world.draw().millis(10, 150), () -> {
            PostgresServer other = world.server(leader);
            if (!reachable(other) || other.inRecovery()) {
                return new Divergence.Undetermined(other.host() + " does not answer as a primary");
            }
            Wal mine = server.wal();
            return other.wal()
                    .leftBy(mine.timeline(), mine.end())
                    .<Divergence>map(Divergence.Needed::new)
                    .orElseGet(Divergence.NotNeeded::new);
        });
    }

    @Override
    public CompletionStage<Boolean> rewindPossible() {
        return CompletableFuture.completedFuture(true);
    }

    /** Like pg_rewind it takes the control file's word for the source's timeline: before the checkpoint that follows a promotion it does nothing. */
    @Override
    public CompletionStage<Outcome> rewind(Upstream leader) {
        CompletableFuture<Outcome> command = command();
        PostgresServer source = world.server(leader);
        world.clock().after(world.draw().millis(300, 4000), () -> {
            if (command.isDone()) {
                return;
            }
            if (!reachable(source) || source.inRecovery()) {
                answer(command, new Outcome.Failed("pg_rewind: cannot connect to " + source.host()));
                return;
            }
            if (source.directory().orElseThrow().checkpointTimeline()
                    != server.wal().timeline()) {
                Wal common = server.wal().commonWith(source.wal());
                String system = server.directory().orElseThrow().systemIdentifier();
                world.trace()
                        .add(
                                server.host(),
                                "postgres is rewound from " + server.wal().end() + " to " + common.end());
                server.fill(ModelDirectory.copy(system, common, source.wal().end()));
            }
            memory.follows(Optional.empty());
            answer(command, new Outcome.Ok());
        });
        return command;
    }

    @Override
    public CompletionStage<Outcome> singleUserRecovery() {
        CompletableFuture<Outcome> command = command();
        world.clock().after(world.draw().usuallyMillis(300, 2000), () -> {
            if (!command.isDone()) {
                ModelDirectory directory = server.directory().orElseThrow();
                directory.checkpoint(directory.wal().end());
                directory.wal().append(152, 0);
                directory.shutDown(true);
                answer(command, new Outcome.Ok());
            }
        });
        return command;
    }

    @Override
    public CompletionStage<HistoryFile> history(int timeline) {
        return later(
                world.draw().millis(1, 5),
                () -> new HistoryFile(
                        server.directory().stream()
                                .flatMap(content -> content.wal().forks().stream())
                                .filter(fork -> fork.timeline() < timeline)
                                .map(fork -> new HistoryFile.Line(
                                        fork.timeline(), fork.end(), "no recovery target specified"))
                                .toList(),
                        Optional.of(world.clock().wallClock())));
    }

    // --- small things
    // ----------------------------------------------------------------------------------------------------------------

    @Override
    public CompletionStage<Outcome> checkpoint(int times) {
        return later(world.draw().usuallyMillis(10, 300), () -> {
            for (int done = 0; done < times; done++) {
                server.checkpoint();
            }
            return server.answers() ? new Outcome.Ok() : new Outcome.Failed("PostgreSQL does not answer");
        });
    }

    @Override
    public CompletionStage<Outcome> reload() {
        return applyNames();
    }

    @Override
    public CompletionStage<Outcome> setSynchronousStandbyNames(Optional<String> value) {
        memory.managedNames(value);
        return applyNames();
    }

    /** The file first, then the signal: the server reads it a moment later, and only then the answer is given. */
    private CompletionStage<Outcome> applyNames() {
        CompletableFuture<Outcome> applied = new CompletableFuture<>();
        server.directory()
                .ifPresent(
                        content -> content.configuredNames(memory.managedNames().orElse("")));
        world.clock().after(world.draw().usuallyMillis(1, 40), () -> {
            server.directory().ifPresent(content -> server.names(content.configuredNames()));
            world.clock().after(world.draw().millis(0.1, 10), () -> answer(applied, new Outcome.Ok()));
        });
        return applied;
    }

    @Override
    public CompletionStage<Outcome> generateWal() {
        return later(world.draw().millis(1, 5), () -> {
            server.writeNothing();
            return new Outcome.Ok();
        });
    }

    @Override
    public CompletionStage<Outcome> keepSlots(SlotPlan plan) {
        return later(world.draw().millis(1, 10), () -> {
            if (plan.mayDrop()) {
                server.slots().retainAll(plan.wanted().keySet());
            }
            server.slots().addAll(plan.wanted().keySet());
            return new Outcome.Ok();
        });
    }

    @Override
    public void callback(String action, Role role) {}

    @Override
    public void assumeRole(Role role) {
        memory.role(role);
    }

    @Override
    public void close() {
        abandon();
    }
}
