package io.orangery.postgres;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.time.Ticker;
import io.orangery.postgres.process.Installation;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL on this host. Composes the commands; each is a class of its own.
 *
 * <p>Everything that blocks runs on platform threads of a pool of its own, three or four at a time: virtual threads would be pinned by file
 * access and native calls, and share their carriers with whatever else the agent runs.
 */
public final class HostPostgres implements LocalPostgres {
    private static final Logger LOG = LoggerFactory.getLogger(HostPostgres.class);
    private static final long STACK_BYTES = 512 * 1024;
    /** A file is flushed and all backends reload: not while the first writes come, for which clients have waited. */
    private static final Duration AFTER_PROMOTION = Duration.ofMillis(500);

    private final ExecutorService threads;
    private final CommandThread commands;
    private final Host host;
    private final Look look;
    private final Start start;
    private final Stop stop;
    private final Follow follow;
    private final NewCluster newCluster;
    private final PostBootstrap postBootstrap;
    private final CloneReplica cloneReplica;
    private final Promotion promotion;
    private final Rewinding rewinding;
    private final Reload reload;
    private final Adoption adoption;
    private final MemberSlots memberSlots;
    private final ManagedParameters managed;
    private final SwitchoverWaits waits;
    private volatile Consumer<Event> listener = event -> {};

    /**
     * @param settings the first ones; data directory and programs never change afterwards
     * @param stateDir directory for the agent's own files, outside the data directory; made when needed
     */
    public HostPostgres(PostgresSettings settings, Path stateDir, Ticker ticker) {
        this.threads = pool();
        this.commands = new CommandThread(threads);
        var memory = new Memory(ticker);
        String postgres = settings.binNames().getOrDefault("postgres", "postgres");
        var server = new ServerProcess(
                settings.dataDir(), postgres, stateDir.resolve("postgresql.log"), this::postmasterExited);
        this.host = new Host(settings, ticker, memory, server, threads);
        this.look = new Look(host, threads);
        this.start = new Start(host, threads, this::publish);
        this.stop = new Stop(host);
        this.follow = new Follow(host, start, stop);
        this.newCluster = new NewCluster(host, start, stop);
        this.postBootstrap = new PostBootstrap(host);
        this.cloneReplica = new CloneReplica(host);
        this.promotion = new Promotion(host, threads, this::publish);
        this.rewinding = new Rewinding(host, stop);
        this.reload = new Reload(host, follow);
        this.adoption = new Adoption(host, start, follow);
        this.memberSlots = new MemberSlots(host, stateDir);
        this.managed = new ManagedParameters(host, follow);
        this.waits = new SwitchoverWaits(host);
    }

    private static ExecutorService pool() {
        var number = new AtomicInteger();
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                work -> Thread.ofPlatform()
                        .name("postgres-" + number.incrementAndGet())
                        .daemon()
                        .stackSize(STACK_BYTES)
                        .unstarted(work));
    }

    /** The programs, for the checks at the agent's start. */
    public Installation installation() {
        return host.installation();
    }

    private void postmasterExited(Postmaster postmaster) {
        boolean unasked = host.memory().gone();
        look.forgetTimeline();
        if (unasked) {
            LOG.warn("{} exited", postmaster);
            publish(new Event.PostmasterExited(postmaster.pid()));
        }
    }

    private void publish(Event event) {
        listener.accept(event);
    }

    @Override
    public void configure(PostgresSettings settings) {
        host.configure(settings);
    }

    @Override
    public CompletionStage<PostgresSeen> look(boolean withReplication) {
        return look.look(withReplication);
    }

    @Override
    public void onEvent(Consumer<Event> consumer) {
        listener = consumer;
    }

    @Override
    public CompletionStage<Outcome> adopt() {
        return command("adopt", adoption::adopt);
    }

    @Override
    public CompletionStage<Outcome> initdb(BootstrapSettings bootstrap) {
        return command("initdb", () -> newCluster.initdb(bootstrap));
    }

    @Override
    public CompletionStage<Outcome> postBootstrap(BootstrapSettings bootstrap, Optional<CitusSettings> citus) {
        return command("post bootstrap", () -> postBootstrap.run(bootstrap, citus));
    }

    @Override
    public CompletionStage<Outcome> discardFailedBootstrap() {
        return command("discard the failed bootstrap", newCluster::discardFailed);
    }

    @Override
    public CompletionStage<Outcome> clone(Upstream source, boolean onlyBasebackup) {
        return command("clone", () -> {
            follow.forget();
            return cloneReplica.clone(source, onlyBasebackup);
        });
    }

    @Override
    public CompletionStage<Outcome> startPrimary(Duration timeout) {
        return command("start as primary", () -> {
            Optional<Postmaster> running = host.server().find();
            if (running.isPresent()) {
                return host.memory().role() == Role.PRIMARY
                        ? start.awaitRunning(running.get(), timeout)
                        : new Outcome.Failed(
                                "it runs already, as " + host.memory().role().text());
            }
            follow.forget();
            return start.start(host.wantedAsPrimary(), Role.PRIMARY, "on_start", Optional.of(timeout));
        });
    }

    @Override
    public CompletionStage<Outcome> follow(Optional<Upstream> upstream, Role role, Optional<Duration> timeout) {
        return command("follow", () -> follow.follow(upstream, role, timeout));
    }

    @Override
    public boolean follows(Optional<Upstream> upstream) {
        return follow.follows(upstream);
    }

    @Override
    public CompletionStage<Outcome> prePromote() {
        return command(
                "pre_promote", () -> Scripts.run("pre_promote", host.settings().prePromote()));
    }

    @Override
    public CompletionStage<Outcome> prepareToLead(Optional<String> synchronousNames, Duration conflictLimit) {
        return besides("prepare to lead", () -> managed.prepareToLead(synchronousNames, conflictLimit));
    }

    @Override
    public CompletionStage<Outcome> endPreparation() {
        return besides("end of the preparation", managed::endPreparation);
    }

    @Override
    public CompletionStage<Boolean> awaitQuiet(Duration limit) {
        return within(limit, () -> waits.awaitQuiet(limit), false);
    }

    @Override
    public CompletionStage<Optional<Lsn>> awaitStreamEnd(Duration limit) {
        return within(limit, () -> waits.awaitStreamEnd(limit), Optional.empty());
    }

    /** @param otherwise when the limit is over, whatever the server is doing */
    private <T> CompletionStage<T> within(Duration limit, CommandThread.Work<T> work, T otherwise) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return work.run();
                            } catch (Exception failure) {
                                LOG.debug("a wait ended", failure);
                                return otherwise;
                            }
                        },
                        threads)
                .completeOnTimeout(otherwise, limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public CompletionStage<Outcome> promote(Duration limit) {
        return command("promote", () -> {
            Outcome outcome = promotion.promote(limit);
            if (outcome.ok()) {
                CompletableFuture.delayedExecutor(AFTER_PROMOTION.toMillis(), TimeUnit.MILLISECONDS, threads)
                        .execute(this::endPreparation);
            }
            look.forgetTimeline();
            if (host.memory().role() == Role.PRIMARY) {
                follow.forget();
            }
            return outcome;
        });
    }

    @Override
    public CompletionStage<Outcome> checkpoint(int times) {
        return besides("checkpoint", () -> reload.checkpoint(times));
    }

    @Override
    public CompletionStage<Outcome> beforeStop() {
        // Beside the commands: a script that hangs must not hold up a stop whose lease ends.
        return besides(
                "before_stop", () -> Scripts.run("before_stop", host.settings().beforeStop()));
    }

    @Override
    public CompletionStage<Stopped> stop(StopMode mode, Optional<Duration> timeout, boolean published) {
        return commands.run(
                "stop",
                () -> stop.stop(mode, timeout, published),
                new Stopped.Failed("cancelled while it was stopping"),
                Stopped.Failed::new);
    }

    @Override
    public CompletionStage<Outcome> restart(Duration startTimeout) {
        return command("restart", () -> follow.restart(startTimeout));
    }

    @Override
    public CompletionStage<Divergence> checkDivergence(Upstream leader) {
        return commands.run(
                "divergence check",
                () -> rewinding.check(leader),
                new Divergence.Undetermined("cancelled"),
                Divergence.Undetermined::new);
    }

    @Override
    public CompletionStage<Boolean> rewindPossible() {
        return commands.run("rewind possible", rewinding::possible, false, failed -> false);
    }

    @Override
    public CompletionStage<Outcome> rewind(Upstream leader) {
        return command("rewind", () -> {
            follow.forget();
            return rewinding.rewind(leader);
        });
    }

    @Override
    public CompletionStage<Outcome> singleUserRecovery() {
        return command("single-user recovery", () -> {
            follow.forget();
            return rewinding.recover();
        });
    }

    @Override
    public CompletionStage<Outcome> removeDataDirectory() {
        return command("remove the data directory", () -> {
            follow.forget();
            return rewinding.removeDataDirectory();
        });
    }

    @Override
    public CompletionStage<Outcome> reload() {
        return besides("reload", reload::reload);
    }

    @Override
    public CompletionStage<Outcome> setSynchronousStandbyNames(Optional<String> value) {
        return besides("synchronous_standby_names", () -> managed.synchronousNames(value));
    }

    @Override
    public CompletionStage<Outcome> generateWal() {
        return besides("generate WAL", reload::generateWal);
    }

    @Override
    public CompletionStage<Outcome> keepSlots(SlotPlan plan) {
        return besides("slots", () -> memberSlots.keep(plan));
    }

    @Override
    public CompletionStage<HistoryFile> history(int timeline) {
        return CompletableFuture.supplyAsync(
                () -> HistoryFiles.read(host.settings().dataDir(), timeline), threads);
    }

    @Override
    public void callback(String action, Role role) {
        host.call(action, role);
    }

    @Override
    public void assumeRole(Role role) {
        host.memory().role(role);
    }

    @Override
    public CompletionStage<Void> cancel() {
        return commands.cancel();
    }

    private CompletionStage<Outcome> command(String name, CommandThread.Work<Outcome> work) {
        return commands.run(name, work, new Outcome.Cancelled(), Outcome.Failed::new);
    }

    /** Not a command: may run beside one, cannot be cancelled. */
    private CompletionStage<Outcome> besides(String name, CommandThread.Work<Outcome> work) {
        Function<Exception, Outcome> failed = failure -> {
            LOG.warn("{} failed: {}", name, failure.toString());
            return new Outcome.Failed(failure.getMessage() == null ? failure.toString() : failure.getMessage());
        };
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.run();
                    } catch (Exception failure) {
                        return failed.apply(failure);
                    }
                },
                threads);
    }

    @Override
    public void close() {
        host.server().close();
        host.callbacks().close();
        threads.shutdownNow();
        host.connections().close();
    }
}
