package io.orangery.ctl;

import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.Extent;
import io.orangery.ctl.cluster.GroupSeen;
import io.orangery.ctl.cluster.Timestamps;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code switchover} and {@code failover}: questions, then one request, then its outcome (ctl.md 13, 14). */
final class SwitchoverCommand {
    enum Kind {
        SWITCHOVER,
        FAILOVER;

        /** As in the middle of a sentence, and as the endpoint is called. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Session session;
    private final Arguments arguments;
    private final Kind kind;
    private final Terminal terminal;

    private SwitchoverCommand(Session session, Arguments arguments, Kind kind) {
        this.session = session;
        this.arguments = arguments;
        this.kind = kind;
        this.terminal = session.terminal();
    }

    static void switchover(Session session, Arguments arguments) {
        new SwitchoverCommand(session, arguments, Kind.SWITCHOVER).run();
    }

    static void failover(Session session, Arguments arguments) {
        new SwitchoverCommand(session, arguments, Kind.FAILOVER).run();
    }

    private void run() {
        OptionalInt group = arguments.group();
        try (ClusterStore store = session.open(session.cluster(arguments), session.extent(group))) {
            ClusterSeen seen = store.read();
            terminal.line("Current cluster topology");
            session.print(seen);
            ClusterSeen cluster = seen.extent() instanceof Extent.AllGroups ? seen.narrowed(askGroup()) : seen;
            LeaderChange change = kind == Kind.SWITCHOVER ? switchover(cluster) : failover(cluster);
            new LeaderChangeRequest(session, store, cluster, change).carryOut();
        }
    }

    private int askGroup() {
        if (arguments.force()) {
            throw new CommandFailed("For Citus clusters the --group must me specified");
        }
        int group = terminal.askInteger("Citus group");
        if (group < 0) {
            throw new CommandFailed("A Citus group is a number of 0 or more, got " + group);
        }
        return group;
    }

    private LeaderChange switchover(ClusterSeen cluster) {
        GroupSeen group = cluster.subject();
        String current = group.leaderName().orElseThrow(() -> new CommandFailed("This cluster has no leader"));
        String leader = arguments.text("--leader").orElseGet(() -> askLeader(group, current));
        if (!leader.equals(current)) {
            throw new CommandFailed("Member " + leader + " is not the leader of cluster " + cluster.name());
        }
        Optional<String> candidate = candidate(cluster);
        Optional<OffsetDateTime> at = askTime();
        if (at.isPresent() && group.paused()) {
            throw new CommandFailed("Can't schedule switchover in the paused state");
        }
        confirmSwitchover(cluster, leader, at);
        return new LeaderChange(kind, Optional.of(leader), candidate, at);
    }

    private LeaderChange failover(ClusterSeen cluster) {
        GroupSeen group = cluster.subject();
        String candidate = candidate(cluster)
                .filter(name -> !name.isEmpty())
                .orElseThrow(() -> new CommandFailed("Failover could be performed only to a specific candidate"));
        if (!arguments.force()) {
            confirmFailover(cluster, group, candidate);
        }
        return new LeaderChange(kind, Optional.empty(), Optional.of(candidate), Optional.empty());
    }

    private String askLeader(GroupSeen group, String current) {
        return arguments.force()
                ? current
                : terminal.ask(group.standbyCluster() ? "Standby Leader" : "Primary", current);
    }

    /** Empty with {@code --force} and without a name; an empty text when the question was answered with nothing. */
    private Optional<String> candidate(ClusterSeen cluster) {
        List<String> names = candidates(cluster.subject());
        if (names.isEmpty()) {
            throw new CommandFailed("No candidates found to " + kind.text() + " to");
        }
        Optional<String> chosen = arguments
                .text(Syntax.CANDIDATE)
                .or(() -> arguments.force()
                        ? Optional.empty()
                        : Optional.of(terminal.ask(
                                "Candidate "
                                        + names.stream()
                                                .map(name -> "'" + name + "'")
                                                .toList(),
                                "")));
        chosen.filter(name -> !name.isEmpty()).ifPresent(name -> check(name, names, cluster));
        return chosen;
    }

    private static List<String> candidates(GroupSeen group) {
        return group.view().members().stream()
                .filter(member -> !group.ledBy(member) && !member.data().tags().noFailover())
                .map(Member::id)
                .map(NodeId::name)
                .sorted()
                .toList();
    }

    private static void check(String candidate, List<String> names, ClusterSeen cluster) {
        if (cluster.subject().leaderName().filter(candidate::equals).isPresent()) {
            throw new CommandFailed("Member " + candidate + " is already the leader of cluster " + cluster.name());
        }
        if (!names.contains(candidate)) {
            throw new CommandFailed("Member " + candidate + " does not exist in cluster " + cluster.name()
                    + " or is tagged as nofailover");
        }
    }

    private Optional<OffsetDateTime> askTime() {
        String text = arguments
                .text(Syntax.SCHEDULED)
                .orElseGet(() -> arguments.force()
                        ? "now"
                        : terminal.ask(
                                "When should the switchover take place (e.g. " + Timestamps.example(terminal.now())
                                        + " ) ",
                                "now"));
        return When.read(terminal, text);
    }

    private void confirmSwitchover(ClusterSeen cluster, String leader, Optional<OffsetDateTime> at) {
        if (arguments.force()) {
            return;
        }
        String question = at.map(time -> "Are you sure you want to schedule switchover of cluster " + cluster.name()
                        + " at " + Timestamps.iso(time))
                .orElse("Are you sure you want to switchover cluster " + cluster.name());
        if (!terminal.confirm(question + ", demoting current leader " + leader + "?")) {
            throw new CommandFailed(at.isPresent() ? "Aborting scheduled switchover" : "Aborting switchover");
        }
    }

    private void confirmFailover(ClusterSeen cluster, GroupSeen group, String candidate) {
        boolean asynchronous = group.synchronous()
                && group.view().sync().active()
                && !group.view().sync().names(new NodeId(candidate));
        if (asynchronous
                && !terminal.confirm("Are you sure you want to failover to the asynchronous node " + candidate + "?")) {
            throw new CommandFailed("Aborting failover");
        }
        String demotion = group.leaderName()
                .map(leader -> ", demoting current leader " + leader)
                .orElse("");
        if (!terminal.confirm("Are you sure you want to failover cluster " + cluster.name() + demotion + "?")) {
            throw new CommandFailed("Aborting failover");
        }
    }
}
