package io.orangery.ctl;

import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import io.orangery.ctl.cluster.GroupSeen;
import io.orangery.ctl.rest.MemberApi.Patience;
import io.orangery.ctl.rest.MemberApi.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code pause} and {@code resume}: maintenance mode of one group, on and off (ctl.md 19). */
final class PauseCommand {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Session session;
    private final Arguments arguments;
    private final boolean wanted;
    private final Terminal terminal;

    private PauseCommand(Session session, Arguments arguments, boolean wanted) {
        this.session = session;
        this.arguments = arguments;
        this.wanted = wanted;
        this.terminal = session.terminal();
    }

    static void pause(Session session, Arguments arguments) {
        new PauseCommand(session, arguments, true).run();
    }

    static void resume(Session session, Arguments arguments) {
        new PauseCommand(session, arguments, false).run();
    }

    private void run() {
        try (ClusterStore store = session.open(session.cluster(arguments), session.ownGroup(arguments.group()))) {
            ClusterSeen cluster = store.read();
            if (cluster.subject().paused() == wanted) {
                throw new CommandFailed(wanted ? "Cluster is already paused" : "Cluster is not paused");
            }
            Reply reply = request(cluster.subject());
            if (reply.status() != 200) {
                terminal.failure("Failed: " + command() + " cluster management status code=" + reply.status() + ", ("
                        + reply.body() + ")");
                return;
            }
            if (arguments.flag(Syntax.WAIT) && !recognized(store, cluster.subject())) {
                return;
            }
            terminal.line("Success: cluster management is " + (wanted ? "paused" : "resumed"));
        }
    }

    /** Any member can do it, the leader at once. */
    private Reply request(GroupSeen group) {
        // Null is what removes the key.
        Map<String, Object> body = wanted ? Map.of("pause", true) : Collections.singletonMap("pause", null);
        for (GroupMember member : leaderFirst(group)) {
            try {
                return session.api()
                        .call("PATCH", MemberCalls.address(member), "config", Optional.of(body), Patience.ORDINARY);
            } catch (IOException unreachable) {
                terminal.warn(unreachable.getMessage());
                terminal.warn("Member " + member.name() + " is not accessible");
            }
        }
        throw new CommandFailed("Can not find accessible cluster member");
    }

    private static List<GroupMember> leaderFirst(GroupSeen group) {
        List<GroupMember> reachable = ClusterSeen.members(group)
                .filter(member -> member.member().data().apiUrl().isPresent())
                .toList();
        return Stream.concat(
                        reachable.stream().filter(member -> group.ledBy(member.member())),
                        reachable.stream().filter(member -> !group.ledBy(member.member())))
                .toList();
    }

    /** Whether everybody who was there publishes it, or has not been heard of since. */
    private boolean recognized(ClusterStore store, GroupSeen before) {
        terminal.line("'" + command() + "' request sent, waiting until it is recognized by all nodes");
        long seconds = before.loopWait().toSeconds();
        List<NodeId> missing = List.of();
        for (long second = 0; second <= seconds; second++) {
            GroupSeen now = store.read().subject();
            missing = before.view().members().stream()
                    .map(Member::id)
                    .filter(id -> !publishes(now, id))
                    .toList();
            if (missing.isEmpty()) {
                return true;
            }
            session.sleep(LOOK);
        }
        GroupSeen now = store.read().subject();
        List<String> heedless = missing.stream()
                .filter(id -> updated(before, now, id) && !publishes(now, id))
                .map(NodeId::name)
                .toList();
        if (!heedless.isEmpty()) {
            terminal.failure(String.join(", ", heedless) + " members didn't recognized " + command() + " state after "
                    + seconds + " seconds");
        }
        return heedless.isEmpty();
    }

    private boolean publishes(GroupSeen group, NodeId id) {
        return group.view()
                .member(id)
                .filter(member -> member.data().pause() == wanted)
                .isPresent();
    }

    private static boolean updated(GroupSeen before, GroupSeen now, NodeId id) {
        Optional<Member> then = before.view().member(id);
        return now.view()
                .member(id)
                .filter(member ->
                        then.filter(old -> old.version() == member.version()).isEmpty())
                .isPresent();
    }

    private String command() {
        return wanted ? "pause" : "resume";
    }
}
