package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterStatus;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.TimelineHistory;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.core.sync.BeforePromotion;
import io.orangery.core.sync.SynchronousStandbyNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Which duties are due (ha-behaviour C4, C5, 8.2, 20, 24, 25.7, 28). Pure. */
public final class Duties {
    private Duties() {}

    /**
     * What the one who performs duties remembers.
     *
     * @param slotSeenAt for {@code retain_slots}: when a member with this slot was last seen
     * @param slotsKept the last slot plan that was carried out
     */
    public record Notes(Map<String, Duration> slotSeenAt, Optional<Duty.KeepSlots> slotsKept, Duration slotsKeptAt) {
        public static final Notes BLANK = new Notes(Map.of(), Optional.empty(), Duration.ZERO);
    }

    /** In the order in which they are to be done. */
    public static List<Duty> due(View view, Notes notes) {
        Optional<PostgresSeen> postgres = view.postgres();
        Optional<ClusterView> cluster = view.cluster();
        if (postgres.isEmpty() || cluster.isEmpty() || postgres.get().row().isEmpty()) {
            return List.of();
        }
        List<Duty> due = new ArrayList<>();
        boolean leads = view.holdsLease() && postgres.get().primary();
        preparation(view, cluster.get(), postgres.get()).ifPresent(due::add);
        if (leads || adopting(view, cluster.get(), postgres.get())) {
            initialize(cluster.get(), postgres.get()).ifPresent(due::add);
        }
        if (leads) {
            asLeader(view, cluster.get(), postgres.get(), notes, due);
        }
        if (view.dynamic().useSlots()
                && (leads || cluster.get().leader().isPresent())
                && !view.holdsLease() == !leads) {
            slots(view, cluster.get(), leads, notes).ifPresent(due::add);
        }
        return List.copyOf(due);
    }

    /** Named as the successor of a leader that is still there (design.md 6). */
    private static Optional<Duty> preparation(View view, ClusterView cluster, PostgresSeen postgres) {
        Optional<FailoverRequest> request = cluster.failover()
                .filter(FailoverRequest::immediate)
                .filter(asked -> asked.candidateIs(view.self()))
                .filter(asked -> !postgres.primary());
        Optional<Long> prepared = view.memory().preparedFor();
        if (request.isEmpty()) {
            return prepared.map(version -> new Duty.EndPreparation());
        }
        return prepared.equals(Optional.of(request.get().version()))
                        || !cluster.leader().isPresent()
                ? Optional.empty()
                : Optional.of(new Duty.PrepareToLead(
                        request.get().version(),
                        names(view, cluster, request.get().leader())));
    }

    /** As they will be when the leader has stopped and handed over; otherwise they are set once more before promotion. */
    private static Optional<SynchronousStandbyNames> names(View view, ClusterView cluster, Optional<NodeId> leader) {
        SynchronousMode mode = view.dynamic().synchronousMode();
        boolean off = mode == SynchronousMode.QUORUM && !cluster.sync().active();
        return BeforePromotion.of(
                        cluster.sync(),
                        view.self(),
                        off ? SynchronousMode.OFF : mode,
                        view.dynamic().synchronousModeStrict(),
                        leader)
                .names();
    }

    /** A primary with data of its own, no leader and nobody bootstrapping: it may give the cluster its identity (C11c). */
    private static boolean adopting(View view, ClusterView cluster, PostgresSeen postgres) {
        return cluster.unlocked()
                && !view.paused()
                && postgres.primary()
                && cluster.initialize().isEmpty();
    }

    private static Optional<Duty> initialize(ClusterView cluster, PostgresSeen postgres) {
        return cluster.systemIdentifier().isPresent()
                ? Optional.empty()
                : postgres.systemIdentifier()
                        .map(mine -> new Duty.WriteInitialize(
                                mine, cluster.initialize().isEmpty()));
    }

    private static void asLeader(View view, ClusterView cluster, PostgresSeen postgres, Notes notes, List<Duty> due) {
        if (cluster.config().filter(config -> !config.values().isEmpty()).isEmpty()
                && !view.dynamic().raw().isEmpty()) {
            due.add(new Duty.WriteConfig(view.dynamic().raw()));
        }
        ClusterStatus status = status(view, cluster, postgres, notes);
        if (!sameStatus(status, cluster.status())) {
            due.add(new Duty.WriteStatus(status));
        }
        due.add(new Duty.SynchronousReplication());
        history(cluster, postgres).ifPresent(due::add);
        if (!view.memory().checkpointAfterPromote()) {
            due.add(new Duty.CheckpointAfterPromote());
        }
    }

    // --- status
    // ----------------------------------------------------------------------------------------------------------------------

    private static boolean sameStatus(ClusterStatus a, ClusterStatus b) {
        return a.optime().equals(b.optime())
                && a.slots().equals(b.slots())
                && a.retainSlots().equals(b.retainSlots());
    }

    private static ClusterStatus status(View view, ClusterView cluster, PostgresSeen postgres, Notes notes) {
        MonitoringRow row = postgres.row().orElseThrow();
        Map<String, Lsn> slots = new TreeMap<>();
        boolean retention = view.dynamic().memberSlotsTtl().isPositive();
        if (retention) {
            row.slots()
                    .forEach(slot -> (slot.type().equals("logical") ? slot.confirmedFlushLsn() : slot.restartLsn())
                            .ifPresent(lsn -> slots.put(slot.name(), lsn)));
            slots.put(view.self().slotName(), row.position());
        }
        List<String> retained = retention
                ? retained(view, cluster, row, notes).keySet().stream().sorted().toList()
                : List.of();
        return new ClusterStatus(
                row.position(), slots, retained, cluster.status().version());
    }

    /** Slots to retain, with the time their member was last seen: members of now, and those seen within {@code member_slots_ttl}. */
    public static Map<String, Duration> retained(View view, ClusterView cluster, MonitoringRow row, Notes notes) {
        Set<String> existing = new HashSet<>();
        row.slots().stream().filter(slot -> slot.type().equals("physical")).forEach(slot -> existing.add(slot.name()));
        Map<String, Duration> seen = new TreeMap<>();
        cluster.status()
                .retainSlots()
                .forEach(name -> seen.put(name, notes.slotSeenAt().getOrDefault(name, view.now())));
        cluster.members().stream()
                .filter(member -> !member.data().tags().noStream())
                .map(member -> member.id().slotName())
                .filter(name ->
                        existing.contains(name) || name.equals(view.self().slotName()))
                .forEach(name -> seen.put(name, view.now()));
        Duration oldest = view.now().minus(view.dynamic().memberSlotsTtl());
        seen.values().removeIf(at -> at.compareTo(oldest) < 0);
        return seen;
    }

    // --- history
    // ---------------------------------------------------------------------------------------------------------------------

    private static Optional<Duty> history(ClusterView cluster, PostgresSeen postgres) {
        int timeline = postgres.row().orElseThrow().timeline();
        TimelineHistory known = cluster.history();
        if (timeline == 1) {
            return known.entries().isEmpty() && known.known() || known.version() == 0
                    ? Optional.empty()
                    : Optional.of(new Duty.WriteHistory(List.of(), known.version()));
        }
        boolean current = known.known()
                && !known.entries().isEmpty()
                && known.entries().getLast().timeline() == timeline - 1
                && known.entries().getLast().newLeader().isPresent();
        return current ? Optional.empty() : Optional.of(new Duty.ReadHistory(timeline));
    }

    /**
     * @param file lines of the local history file, oldest first
     * @param at time of the new timeline's history file, ISO 8601
     */
    public static List<TimelineHistory.Entry> history(
            TimelineHistory known, List<TimelineHistory.Entry> file, int timeline, String at, NodeId self, int keep) {
        List<TimelineHistory.Entry> merged = new ArrayList<>();
        for (TimelineHistory.Entry line : file) {
            boolean last = line.timeline() == timeline - 1;
            Optional<TimelineHistory.Entry> before = known.entries().stream()
                    .filter(entry ->
                            entry.timeline() == line.timeline() && entry.end().equals(line.end()))
                    .findFirst();
            Optional<String> endedAt = last ? Optional.of(at) : before.flatMap(TimelineHistory.Entry::endedAt);
            Optional<String> leader =
                    last ? Optional.of(self.name()) : before.flatMap(TimelineHistory.Entry::newLeader);
            merged.add(new TimelineHistory.Entry(line.timeline(), line.end(), line.reason(), endedAt, leader));
        }
        return keep > 0 && merged.size() > keep ? merged.subList(merged.size() - keep, merged.size()) : merged;
    }

    // --- slots (24.2)
    // ----------------------------------------------------------------------------------------------------------------

    private static Optional<Duty> slots(View view, ClusterView cluster, boolean leads, Notes notes) {
        Duty.KeepSlots plan = slotPlan(view, cluster, leads);
        boolean due = notes.slotsKept()
                .filter(kept ->
                        kept.wanted().keySet().equals(plan.wanted().keySet()) && kept.mayDrop() == plan.mayDrop())
                .isEmpty();
        boolean old =
                view.now().minus(notes.slotsKeptAt()).compareTo(view.dynamic().loopWait()) >= 0;
        return due || old ? Optional.of(plan) : Optional.empty();
    }

    private static Duty.KeepSlots slotPlan(View view, ClusterView cluster, boolean leads) {
        boolean retention = view.dynamic().memberSlotsTtl().isPositive();
        boolean restricted = !leads && view.settings().tags().noFailover();
        Map<String, Optional<Lsn>> wanted = new HashMap<>();
        Set<String> active = new HashSet<>();
        for (Member member : cluster.others(view.self()).toList()) {
            if (member.data().tags().noStream()) {
                continue;
            }
            String slot = member.id().slotName();
            boolean streamsFromMe = streamsFrom(view, cluster, member, leads);
            if (streamsFromMe) {
                active.add(slot);
            }
            if (streamsFromMe || retention && !restricted) {
                wanted.put(slot, target(cluster, member));
            }
        }
        if (retention && !restricted) {
            cluster.status().retainSlots().forEach(slot -> wanted.putIfAbsent(slot, Optional.empty()));
        }
        wanted.remove(view.self().slotName());
        return new Duty.KeepSlots(
                Map.copyOf(wanted),
                Set.copyOf(active),
                !view.paused() && cluster.leader().isPresent());
    }

    private static boolean streamsFrom(View view, ClusterView cluster, Member member, boolean leads) {
        Optional<NodeId> from = member.data().tags().replicateFrom();
        boolean fromMe = from.filter(view.self()::equals).isPresent();
        boolean fromNobodyKnown =
                from.filter(name -> cluster.member(name).isPresent()).isEmpty();
        return leads ? fromMe || fromNobodyKnown : fromMe && !cluster.ledBy(member.id());
    }

    private static Optional<Lsn> target(ClusterView cluster, Member member) {
        Optional<Lsn> published =
                Optional.ofNullable(cluster.status().slots().get(member.id().slotName()));
        if (member.data().tags().replicateFrom().isEmpty()) {
            return published;
        }
        return member.data()
                .walLocation()
                .map(lsn -> published.map(other -> Lsn.max(lsn, other)).orElse(lsn))
                .or(() -> published);
    }

    /** The control file carries the timeline that is written on: the checkpoint after the promotion is done. */
    public static boolean checkpointedOnOwnTimeline(PostgresSeen postgres) {
        return postgres.directory()
                .controlData()
                .map(ControlData::checkpointTimeline)
                .flatMap(inFile -> postgres.row().map(row -> row.timeline() == inFile))
                .orElse(false);
    }
}
