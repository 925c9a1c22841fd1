package io.orangery.formation;

import io.orangery.formation.NodeRest.MemberLine;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a formation is complete: every group has a leader and, unless it is alone, somebody who can take over from it, everybody else
 * streams, the coordinator knows the primaries.
 */
public final class FormationHealth {

    /** A standby that merely streams is not promoted in quorum mode: what was acknowledged may be missing there. */
    private static final String MAY_TAKE_OVER = "quorum_standby";

    private final LoopbackFormation formation;
    private final NodeRest rest;

    public FormationHealth(LoopbackFormation formation) {
        this.formation = formation;
        this.rest = formation.rest();
    }

    /** The members of every group, as a node of the group tells them. */
    public Map<Integer, List<MemberLine>> members() {
        Map<Integer, List<MemberLine>> members = new LinkedHashMap<>();
        formation.groups().forEach((group, nodes) -> members.put(group, rest.members(nodes)));
        return members;
    }

    /** What is not as it should be, in words; empty when all is well. */
    public String missing() {
        List<String> missing = new ArrayList<>();
        formation.nodes().stream()
                .filter(node -> node.agent() != null && !node.agent().isRunning())
                .forEach(node -> missing.add(node.name() + " has ended (exit code "
                        + node.agent().exitCode() + ", log " + node.agent().log() + ")"));
        formation.groups().forEach((group, nodes) -> missing.addAll(missing(group, nodes)));
        if (missing.isEmpty() && formation.plan().hasCitus()) {
            missing.addAll(missingInMetadata());
        }
        return String.join(", ", missing);
    }

    /** The same for one group alone. */
    public List<String> missing(int group, List<FormationNode> nodes) {
        List<MemberLine> members = rest.members(nodes);
        List<String> missing = new ArrayList<>();
        if (members.stream().noneMatch(MemberLine::isLeader)) {
            missing.add("group " + group + " has no leader");
        }
        if (nodes.size() > 1
                && members.stream().noneMatch(member -> member.role().equals(MAY_TAKE_OVER))) {
            missing.add("nobody in group " + group + " is counted on to take over yet");
        }
        for (FormationNode node : nodes) {
            members.stream()
                    .filter(member -> member.name().equals(node.name()))
                    .findFirst()
                    .ifPresentOrElse(
                            member -> {
                                if (!member.isWell()) {
                                    missing.add(node.name() + " is "
                                            + (member.state().isEmpty() ? "silent" : member.state()));
                                }
                            },
                            () -> missing.add(node.name() + " is starting"));
        }
        return missing;
    }

    /** Primaries by the coordinator's table against leaders by the groups; and whether the table can be read at all. */
    private List<String> missingInMetadata() {
        List<String> missing = new ArrayList<>();
        String query = "SELECT nodeport FROM pg_dist_node WHERE noderole = 'primary'";
        List<Integer> registered = new ArrayList<>();
        try (Connection connection = formation.connectToCoordinator();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                registered.add(rows.getInt(1));
            }
        } catch (SQLException failure) {
            return List.of("pg_dist_node cannot be read (" + failure.getMessage() + ")");
        }
        formation
                .groups()
                .forEach((group, nodes) -> rest.leader(nodes)
                        .map(formation::node)
                        .filter(leader -> !registered.contains(leader.postgresPort()))
                        .ifPresent(leader ->
                                missing.add(leader.name() + " is not registered as primary of group " + group)));
        return missing;
    }
}
