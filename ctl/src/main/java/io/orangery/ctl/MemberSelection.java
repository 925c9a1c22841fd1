package io.orangery.ctl;

import io.orangery.core.cluster.Role;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import java.util.List;

/** Which members a command is about, by role and by name (ctl.md 6). */
final class MemberSelection {
    private final Session session;
    private final ClusterSeen cluster;
    private final List<GroupMember> candidates;

    /** @param role one of those of {@code --role} */
    MemberSelection(Session session, ClusterSeen cluster, String role) {
        this.session = session;
        this.cluster = cluster;
        this.candidates = cluster.members().stream()
                .filter(member -> hasRole(member, role))
                .toList();
    }

    List<GroupMember> candidates() {
        return candidates;
    }

    /**
     * Shows the table and takes those that were named: unknown names do not matter as long as one is known.
     *
     * @param names empty: all candidates
     * @param shownRole as the error names it
     * @return in the order of the store
     */
    List<GroupMember> choose(List<String> names, String shownRole) {
        showTable(names);
        return names.isEmpty() ? candidates : named(names, shownRole);
    }

    void showTable(List<String> names) {
        if (names.isEmpty() && candidates.isEmpty()) {
            throw new CommandFailed(cluster.name() + " cluster doesn't have any members");
        }
        session.print(cluster);
    }

    List<GroupMember> named(List<String> names, String shownRole) {
        List<GroupMember> known = candidates.stream()
                .filter(member -> names.contains(member.name()))
                .toList();
        if (known.isEmpty()) {
            throw new CommandFailed("No " + shownRole + " among provided members");
        }
        return known;
    }

    static String names(List<GroupMember> members) {
        return String.join(", ", members.stream().map(GroupMember::name).toList());
    }

    /** @throws CommandFailed the answer was no */
    static void confirm(Terminal terminal, String action, List<GroupMember> members) {
        if (!terminal.confirm("Are you sure you want to " + action + " members " + names(members) + "?")) {
            throw new CommandFailed("Aborted " + action);
        }
    }

    private static boolean hasRole(GroupMember seen, String role) {
        boolean leads = seen.group().ledBy(seen.member());
        Role published = seen.member().data().role();
        return switch (role) {
            case "leader" -> leads;
            case "primary" -> leads && published != Role.STANDBY_LEADER;
            case "standby-leader" -> leads && published != Role.PRIMARY;
            case "replica", "standby" -> !leads;
            default -> true;
        };
    }
}
