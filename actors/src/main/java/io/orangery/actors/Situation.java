package io.orangery.actors;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.ConfigKey;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Aftermath;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.Decision;
import io.orangery.core.policy.Evidence;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.policy.Memory;
import io.orangery.core.policy.Operation;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.Request;
import io.orangery.core.policy.RewindState;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Timing;
import io.orangery.postgres.LocalPostgres;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a {@link View} as they came in last. Belongs to one node actor; no other thread may touch it. */
public final class Situation {
    /**
     * A view and what was decided on it. Immutable, for any thread.
     *
     * @param lastPauseMillis how long writes to this group were held for the last change that this node carried out, in total and by what
     */
    public record Snapshot(
            View view, Decision decision, Optional<String> configurationProblem, Map<String, Long> lastPauseMillis) {}

    /** Something was seen. */
    sealed interface Observation {
        record OfDcs(DcsSeen seen) implements Observation {}

        record OfLease(LeaseSeen seen) implements Observation {}

        record OfPostgres(PostgresSeen seen) implements Observation {}
    }

    /** What the node actor has to do beside deciding. */
    record Effect(boolean configurationChanged, boolean adopt, boolean look) {
        static final Effect NONE = new Effect(false, false, false);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Situation.class);

    private final SettingsSource source;
    private final Ticker ticker;
    private final Duration startedAt;
    private NodeSettings settings;
    private DcsSeen dcs;
    private LeaseSeen lease;
    private Optional<PostgresSeen> postgres = Optional.empty();
    private Optional<Evidence> evidence = Optional.empty();
    private Optional<Operation.Running> operation = Optional.empty();
    private Optional<Request> request = Optional.empty();
    private Memory memory = Memory.BLANK;
    private Decision decision = new Decision.Stay("starting");
    private long configVersion = -1;
    private Optional<String> configurationProblem = Optional.empty();
    private Map<String, Long> lastPauseMillis = Map.of();
    private boolean joined;
    /** A look that began earlier may show what was before the last long action. */
    private Duration lookNotBefore = Duration.ZERO;

    Situation(SettingsSource source, Ticker ticker) {
        this.source = source;
        this.ticker = ticker;
        this.settings = source.current();
        this.startedAt = ticker.now();
        this.dcs = new DcsSeen.NotYet(startedAt, Optional.empty());
        this.lease = new LeaseSeen.NotHeld(Optional.empty(), startedAt);
    }

    View view() {
        return new View(
                settings,
                dcs,
                lease,
                postgres,
                evidence,
                operation,
                request,
                memory,
                ticker.now(),
                ticker.wallClock(),
                startedAt);
    }

    Snapshot snapshot() {
        return new Snapshot(view(), decision, configurationProblem, lastPauseMillis);
    }

    NodeSettings settings() {
        return settings;
    }

    Optional<Operation.Running> operation() {
        return operation;
    }

    boolean runs() {
        return postgres.filter(PostgresSeen::postmasterAlive).isPresent();
    }

    // --- what is seen
    // ----------------------------------------------------------------------------------------------------------------

    Effect see(Observation observation) {
        return switch (observation) {
            case Observation.OfDcs(DcsSeen seen) -> seeDcs(seen);
            case Observation.OfLease(LeaseSeen seen) -> {
                lease = seen;
                yield Effect.NONE;
            }
            case Observation.OfPostgres(PostgresSeen seen) -> seePostgres(seen);
        };
    }

    private Effect seeDcs(DcsSeen seen) {
        Optional<NodeId> before = leader();
        dcs = seen instanceof DcsSeen.Unreachable unreachable && dcs instanceof DcsSeen.NotYet none
                ? new DcsSeen.NotYet(none.since(), Optional.of(unreachable.why()))
                : seen;
        Optional<ClusterView> cluster = seen.current();
        cluster.filter(view -> !view.unlocked()).ifPresent(view -> memory = memory.withLastWithLeader(view));
        cluster.ifPresent(view -> memory =
                memory.withHandOverOf(view, seen instanceof DcsSeen.Fresh fresh ? fresh.readAt() : ticker.now()));
        boolean configured =
                cluster.flatMap(ClusterView::config).filter(this::apply).isPresent();
        boolean leaderChanged = cluster.isPresent() && !leader().equals(before);
        if (leaderChanged) {
            memory = memory.withSteppedDownAt(leader().isPresent() ? Optional.empty() : memory.steppedDownAt());
            switch (memory.rewind()) {
                case NOT_NEEDED -> memory = memory.withRewind(RewindState.INITIAL);
                // It failed against another leader, or because that one was failing. What it left half done it can do
                // again.
                case FAILED ->
                    memory = memory.withRewind(leader().isPresent() ? RewindState.NEEDED : RewindState.FAILED);
                default -> {}
            }
        }
        return new Effect(configured, false, leaderChanged);
    }

    private Optional<NodeId> leader() {
        return dcs.current().flatMap(ClusterView::leader).map(key -> key.holder());
    }

    /** True when the configuration in force changed. */
    private boolean apply(ConfigKey key) {
        if (key.modifyVersion() == configVersion || key.values().isEmpty()) {
            return false;
        }
        configVersion = key.modifyVersion();
        return switch (source.apply(key.values())) {
            case SettingsSource.Applied.Settings changed -> {
                configurationProblem = Optional.empty();
                yield true;
            }
            case SettingsSource.Applied.Rejected(String why) -> {
                LOG.error("the config key is not applied, the last good configuration stays in force: {}", why);
                configurationProblem = Optional.of(why);
                yield false;
            }
        };
    }

    private Effect seePostgres(PostgresSeen seen) {
        if (seen.lookedAt().compareTo(lookNotBefore) < 0) {
            return new Effect(false, false, true);
        }
        boolean adopt = !joined && seen.postmasterAlive();
        joined = true;
        postgres = Optional.of(seen);
        if (seen.row().isPresent()
                && dcs.current().flatMap(ClusterView::systemIdentifier).isPresent()) {
            memory = memory.withHealthyOnce().withStartTried(false);
            boolean follows = seen.row()
                    .filter(row -> row.inRecovery() && row.streaming())
                    .isPresent();
            if (follows && memory.rewind() != RewindState.INITIAL) {
                memory = memory.withRewind(RewindState.INITIAL);
            }
        }
        return new Effect(false, adopt, false);
    }

    void evidence(Duration askedAt, ClusterView basis, Map<NodeId, PeerAnswer> answers) {
        evidence = Optional.of(new Evidence(askedAt, Evidence.Basis.of(basis), answers));
    }

    /** Once in {@code loop_wait}: a standby that runs and streams from nobody although there is a primary may have left its history. */
    void tick() {
        boolean lost = operation.isEmpty()
                && !settings.dynamic().pause()
                && !settings.tags().noStream()
                && lease.protectedUntil().isEmpty()
                && postgres.flatMap(PostgresSeen::row)
                        .filter(row -> row.inRecovery() && !row.streaming())
                        .isPresent()
                && dcs.current()
                        .flatMap(ClusterView::leaderMember)
                        .filter(leader -> leader.data().primary())
                        .isPresent();
        if (lost && (memory.rewind() == RewindState.INITIAL || memory.rewind() == RewindState.NOT_NEEDED)) {
            memory = memory.withRewind(RewindState.CHECK);
        }
    }

    // --- what is done
    // ----------------------------------------------------------------------------------------------------------------

    void configure(NodeSettings changed) {
        settings = changed;
    }

    void decided(Decision next) {
        decision = next;
    }

    void request(Request asked) {
        request = Optional.of(asked);
    }

    /** The agent was asked to stop: nothing else that is asked matters any more. */
    boolean leaving() {
        return request.filter(Request.Shutdown.class::isInstance).isPresent();
    }

    void requestDone() {
        request = Optional.empty();
    }

    /** Writes are let go again, after so long. */
    void pauseEnded(Map<String, Long> millis) {
        if (!millis.isEmpty()) {
            lastPauseMillis = millis;
        }
    }

    void prepared(Optional<Long> failoverVersion) {
        memory = memory.withPreparedFor(failoverVersion);
    }

    void began(Operation.Kind kind) {
        // Also with a demotion: who asks for the account of the next promotion must not get that of the last one.
        if (kind == Operation.Kind.PROMOTE || kind == Operation.Kind.RESTART || kind.demotes()) {
            lastPauseMillis = Map.of();
        }
        operation = Optional.of(new Operation.Running(kind, ticker.now()));
    }

    void ended(Operation.Kind kind, Aftermath.Ending ending) {
        operation = Optional.empty();
        // What was seen before the action says nothing about now; the look that follows does.
        postgres = Optional.empty();
        lookNotBefore = ticker.now();
        memory = Aftermath.remember(memory, kind, ending, ticker.now());
        evidence = Optional.empty();
    }

    void steppedDown() {
        memory = memory.withSteppedDownAt(Optional.of(ticker.now()));
    }

    void checkpointDone() {
        memory = memory.withCheckpointAfterPromote(true);
    }

    static Timing timing(DynamicSettings dynamic) {
        return new Timing(dynamic.ttl(), dynamic.loopWait(), dynamic.retryTimeout());
    }

    static Optional<LocalPostgres.Upstream> upstream(View view, NodeId name) {
        return view.dcs()
                .lastKnown()
                .flatMap(cluster -> cluster.member(name))
                .flatMap(member -> member.data()
                        .address()
                        .map(address -> new LocalPostgres.Upstream(
                                Optional.of(name), address, member.data().checkpointAfterPromote())));
    }
}
