package io.orangery.simulation;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.sync.SynchronousStandbyNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The PostgreSQL of one host, as the world sees it: data directory, postmaster, WAL, replication. It outlives the agent. What is appended counts
 * as flushed at once; crash recovery, promotion, stops and starts take their time, drawn from the seed.
 */
final class PostgresServer {
    enum Phase {
        DOWN,
        STARTING,
        UP,
        STOPPING
    }

    /** wal_retrieve_retry_interval. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private static final int ROW_BYTES = 120;
    private static final int CHECKPOINT_BYTES = 152;

    private final World world;
    private final String host;
    private Optional<ModelDirectory> directory = Optional.empty();
    private Phase phase = Phase.DOWN;
    private boolean inRecovery;
    private boolean promoting;
    private boolean acceptsWrites;
    /** Raised by every start and end of the postmaster; also its process id. */
    private long run;

    private Optional<String> upstream = Optional.empty();
    private Optional<WalStream> receiving = Optional.empty();
    private final List<WalStream> senders = new ArrayList<>();
    private Duration flushAt = Duration.ZERO;
    private final SynchronousCommits commits;
    private final SortedSet<String> slots = new TreeSet<>();
    private String namesInForce = "";
    private Consumer<Long> exitListener = pid -> {};
    private Runnable changeListener = () -> {};
    private final List<Runnable> untilDown = new ArrayList<>();

    PostgresServer(World world, String host) {
        this.world = world;
        this.host = host;
        this.commits = new SynchronousCommits(world, this);
    }

    // --- what is to be seen
    // ----------------------------------------------------------------------------------------------------------

    String host() {
        return host;
    }

    long run() {
        return run;
    }

    Optional<Long> postmaster() {
        return phase == Phase.DOWN ? Optional.empty() : Optional.of(run);
    }

    Phase phase() {
        return phase;
    }

    boolean inRecovery() {
        return inRecovery;
    }

    boolean acceptsWrites() {
        return acceptsWrites;
    }

    /** It runs and lets clients in. */
    boolean answers() {
        return phase == Phase.UP;
    }

    Optional<ModelDirectory> directory() {
        return directory;
    }

    Wal wal() {
        return directory.orElseThrow().wal();
    }

    Optional<String> upstream() {
        return upstream;
    }

    String namesInForce() {
        return namesInForce;
    }

    /** Names of physical slots. */
    SortedSet<String> slots() {
        return slots;
    }

    /** Connections of standbys that this end believes in. */
    List<WalStream> senders() {
        senders.removeIf(stream -> !stream.senderOpen());
        return List.copyOf(senders);
    }

    Optional<WalStream> receiving() {
        return receiving.filter(WalStream::receiving);
    }

    /** @param exited gets the process id; both are called in the world's thread, a moment after the fact */
    void listener(Consumer<Long> exited, Runnable changed) {
        exitListener = exited;
        changeListener = changed;
    }

    // --- directory
    // -------------------------------------------------------------------------------------------------------------------

    void fill(ModelDirectory content) {
        requireDown();
        directory = Optional.of(content);
        slots.clear();
    }

    void empty() {
        requireDown();
        directory = Optional.empty();
    }

    private void requireDown() {
        if (phase != Phase.DOWN) {
            throw new IllegalStateException(
                    "the data directory of " + host + " was touched while PostgreSQL runs on it");
        }
    }

    // --- start and end
    // ---------------------------------------------------------------------------------------------------------------

    /** Launches the postmaster; it is up after its time of recovery. */
    void start(boolean asStandby, Optional<String> toFollow) {
        requireDown();
        ModelDirectory content = directory.orElseThrow();
        boolean crashed = content.crashed();
        content.standbySignal(asStandby);
        phase = Phase.STARTING;
        inRecovery = true;
        run++;
        upstream = asStandby ? toFollow : Optional.empty();
        namesInForce = content.configuredNames();
        wal().replayAll();
        trace("starts as " + (asStandby ? "a standby of " + toFollow.orElse("nobody") : "a primary"));
        Duration time =
                crashed ? world.draw().usuallyMillis(200, 3000) : world.draw().usuallyMillis(40, 200);
        ifStillRunning(time, asStandby ? this::standbyUp : this::primaryUp);
    }

    private void primaryUp() {
        ModelDirectory content = directory.orElseThrow();
        content.state("in production");
        checkpointed();
        phase = Phase.UP;
        becomeWritable("accepts writes after its start");
    }

    private void standbyUp() {
        directory.orElseThrow().state("in archive recovery");
        receive();
        consistent();
    }

    /** A copy lets clients in only when it has everything that was written while it was made. */
    private void consistent() {
        if (phase == Phase.STARTING
                && inRecovery
                && wal().end().atLeast(directory.orElseThrow().minimumRecoveryEnd())) {
            phase = Phase.UP;
            trace("lets clients read at " + wal().end());
            changed();
        }
    }

    void crash(String why) {
        if (phase != Phase.DOWN) {
            trace(why);
            exit();
        }
    }

    /** Its network connections end without a word, as those of a dead host do. */
    void vanish() {
        if (phase != Phase.DOWN) {
            trace("is gone with its host");
            down();
        }
        senders.forEach(WalStream::vanishedSender);
        senders.clear();
        receiving.ifPresent(WalStream::vanishedReceiver);
        receiving = Optional.empty();
        untilDown.clear();
    }

    /** Fast: clients leave, the shutdown checkpoint is written, and every connected standby gets it. */
    void stopFast() {
        if (phase == Phase.DOWN || phase == Phase.STOPPING) {
            return;
        }
        boolean primary = phase == Phase.UP && !inRecovery;
        phase = Phase.STOPPING;
        trace("stops, fast");
        ifStillRunning(world.draw().millis(1, 8), () -> {
            acceptsWrites = false;
            commits.forget();
            endReceiving();
            ifStillRunning(world.draw().usuallyMillis(5, 150), () -> shutdownCheckpoint(primary));
        });
    }

    private void shutdownCheckpoint(boolean primary) {
        ModelDirectory content = directory.orElseThrow();
        if (primary) {
            content.checkpoint(wal().end());
            content.state("shutting down");
            wal().append(CHECKPOINT_BYTES, 0);
            wal().replayAll();
            push();
        }
        content.shutDown(primary);
        progressed();
    }

    /** Immediate: no checkpoint; the next start is a crash recovery. */
    void stopImmediate() {
        if (phase != Phase.DOWN) {
            long stopping = run;
            world.clock().after(world.draw().usuallyMillis(1, 20), () -> {
                if (run == stopping) {
                    crash("stops, immediately");
                }
            });
        }
    }

    private void exit() {
        List.copyOf(senders).forEach(WalStream::endedBySender);
        senders.clear();
        endReceiving();
        long pid = run;
        down();
        world.clock().after(world.draw().millis(0.1, 2), () -> exitListener.accept(pid));
        List<Runnable> waiting = List.copyOf(untilDown);
        untilDown.clear();
        waiting.forEach(Runnable::run);
    }

    private void down() {
        phase = Phase.DOWN;
        acceptsWrites = false;
        promoting = false;
        commits.forget();
        run++;
    }

    /** Runs {@code then} when the postmaster is gone, at once if it is. */
    void whenDown(Runnable then) {
        if (phase == Phase.DOWN) {
            then.run();
        } else {
            untilDown.add(then);
        }
    }

    private void ifStillRunning(Duration delay, Runnable then) {
        long expected = run;
        world.clock().after(delay, () -> {
            if (run == expected) {
                then.run();
            }
        });
    }

    // --- promotion
    // -------------------------------------------------------------------------------------------------------------------

    void promote() {
        if (phase != Phase.UP || !inRecovery || promoting) {
            return;
        }
        promoting = true;
        endReceiving();
        trace("is promoted");
        ifStillRunning(world.draw().usuallyMillis(20, 300), () -> {
            if (phase == Phase.UP) {
                wal().replayAll();
                wal().fork();
                wal().append(CHECKPOINT_BYTES, 0);
                directory.orElseThrow().state("in production");
                directory.orElseThrow().standbySignal(false);
                inRecovery = false;
                promoting = false;
                becomeWritable("accepts writes on timeline " + wal().timeline());
                // A standby of this standby has to ask for the new timeline.
                senders().forEach(WalStream::endedBySender);
            }
        });
    }

    private void becomeWritable(String how) {
        inRecovery = false;
        acceptsWrites = true;
        trace(how + " from " + wal().end() + ", names '" + namesInForce + "'");
        changed();
        world.invariants().becameWritable(this);
    }

    private void changed() {
        world.clock().after(world.draw().millis(0.1, 2), () -> changeListener.run());
    }

    void checkpoint() {
        if (phase == Phase.UP && !inRecovery) {
            directory.orElseThrow().checkpoint(wal().end());
            wal().append(CHECKPOINT_BYTES, 0);
            checkpointed();
            push();
        }
    }

    private void checkpointed() {
        directory.orElseThrow().checkpointTimeline(wal().timeline());
    }

    // --- writing
    // ---------------------------------------------------------------------------------------------------------------------

    /** @param acknowledged runs here, when the server tells its client that the row is committed; never if it does not */
    void write(long row, Runnable acknowledged) {
        if (acceptsWrites) {
            Lsn end = wal().append(ROW_BYTES, row);
            wal().replayAll();
            commits.await(end, row, acknowledged);
            push();
            commits.judge();
        }
    }

    void writeNothing() {
        if (acceptsWrites) {
            wal().append(ROW_BYTES, 0);
            wal().replayAll();
            push();
        }
    }

    /** In force at once; who waits for a standby that is not named any more goes on. */
    void names(String text) {
        if (phase != Phase.DOWN && !namesInForce.equals(text)) {
            SynchronousStandbyNames.parse(text)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "PostgreSQL refuses synchronous_standby_names = '" + text + "'"));
            namesInForce = text;
            trace("synchronous_standby_names = '" + text + "'");
            commits.judge();
        }
    }

    // --- replication
    // -----------------------------------------------------------------------------------------------------------------

    private void push() {
        senders().forEach(WalStream::push);
    }

    /** A standby has reported, or has left. */
    void progressed() {
        commits.judge();
        boolean written =
                phase == Phase.STOPPING && directory.orElseThrow().state().startsWith("shut down");
        if (written && senders().stream().allMatch(stream -> stream.flushed().atLeast(wal().end()))) {
            trace("has stopped at " + wal().end());
            exit();
        }
    }

    void follow(Optional<String> toFollow) {
        if (!upstream.equals(toFollow)) {
            upstream = toFollow;
            endReceiving();
            receive();
        }
    }

    private void endReceiving() {
        receiving().ifPresent(WalStream::endedByReceiver);
        receiving = Optional.empty();
    }

    void disconnected(WalStream stream) {
        if (receiving.filter(stream::equals).isPresent()) {
            receiving = Optional.empty();
            // The sender may have ended its timeline only: the receiver asks for the next one at once.
            receive();
        }
    }

    /** Tries to connect, and tries again until it is not wanted any more. */
    private void receive() {
        boolean wanted =
                inRecovery && !promoting && (phase == Phase.STARTING || phase == Phase.UP) && upstream.isPresent();
        if (!wanted || receiving().isPresent()) {
            return;
        }
        String target = upstream.get();
        ifStillRunning(world.draw().millis(1, 10), () -> {
            if (upstream.filter(target::equals).isPresent() && receiving().isEmpty() && inRecovery && !promoting) {
                connect(world.server(target));
            }
        });
    }

    private void connect(PostgresServer to) {
        boolean reachable =
                world.network().open(host, to.host) && world.network().open(to.host, host);
        Optional<String> refusal = !reachable || !to.answers()
                ? Optional.of("cannot connect")
                : to.wal()
                        .leftBy(wal().timeline(), wal().end())
                        .or(() -> wal().end().isAfter(to.wal().end())
                                ? Optional.of(wal().end() + " is ahead of the flushed WAL "
                                        + to.wal().end())
                                : Optional.empty());
        if (refusal.isPresent()) {
            ifStillRunning(RETRY, this::receive);
            return;
        }
        WalStream stream = new WalStream(world, to, this);
        receiving = Optional.of(stream);
        to.senders.add(stream);
        trace("streams from " + to.host + " at " + wal().end());
        stream.report(wal().end(), wal().replayed());
        stream.push();
    }

    /** Written and flushed in the order in which it came. */
    void received(WalStream stream, List<Wal.Entry> records) {
        Duration flush = world.clock().now().plus(world.draw().usuallyMillis(0.1, 2));
        flushAt = flush.compareTo(flushAt) > 0 ? flush : flushAt;
        ifStillRunning(flushAt.minus(world.clock().now()), () -> {
            if (receiving.filter(stream::equals).isPresent()) {
                wal().receive(records, stream.sender().wal());
                Lsn end = wal().end();
                stream.report(end, wal().replayed());
                push();
                consistent();
                ifStillRunning(world.draw().usuallyMillis(0.1, 20), () -> {
                    wal().replay(end);
                    receiving().ifPresent(now -> now.report(wal().end(), wal().replayed()));
                });
            }
        });
    }

    private void trace(String what) {
        world.trace().add(host, "postgres " + what);
    }
}
