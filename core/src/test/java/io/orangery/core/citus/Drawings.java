package io.orangery.core.citus;

import static java.util.stream.Collectors.joining;

import io.orangery.core.citus.NodeRow.Role;
import io.orangery.core.citus.TopologyStep.Add;
import io.orangery.core.citus.TopologyStep.Pause;
import io.orangery.core.citus.TopologyStep.Readdress;
import io.orangery.core.citus.TopologyStep.Remove;
import io.orangery.core.citus.TopologyStep.Update;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The notation of citus 9.1: {@code A:P#1, B:S#2} are a primary with nodeid 1 and a secondary with nodeid 2; {@code D} is a demoted
 * primary; {@code -} is nothing.
 */
final class Drawings {
    static final GroupId GROUP = new GroupId(1);

    private Drawings() {}

    static GroupTopology rows(String drawing) {
        return rows(GROUP, drawing);
    }

    static GroupTopology rows(GroupId group, String drawing) {
        List<NodeRow> rows = drawing.equals("-")
                ? List.of()
                : Arrays.stream(drawing.split(", *"))
                        .map(row -> row(group, row))
                        .toList();
        return GroupTopology.of(group, rows);
    }

    private static NodeRow row(GroupId group, String drawing) {
        String[] parts = drawing.split("[:#]");
        Role role = switch (parts[1]) {
            case "P" -> Role.PRIMARY;
            case "S" -> Role.SECONDARY;
            case "D" -> Role.DEMOTED;
            default -> throw new IllegalArgumentException("role P, S or D expected in " + drawing);
        };
        OptionalInt nodeid = parts.length > 2 ? OptionalInt.of(Integer.parseInt(parts[2])) : OptionalInt.empty();
        return new NodeRow(nodeid, group, address(parts[0]), role);
    }

    static HostPort address(String host) {
        return new HostPort(host, 5432);
    }

    static String draw(GroupTopology topology) {
        return topology.rows().isEmpty()
                ? "-"
                : topology.rows().stream().map(Drawings::draw).collect(joining(", "));
    }

    private static String draw(NodeRow row) {
        String nodeid = row.nodeid().isPresent() ? "#" + row.nodeid().getAsInt() : "";
        return host(row.address()) + ":" + row.role().name().charAt(0) + nodeid;
    }

    static String draw(List<TopologyStep> steps) {
        return steps.isEmpty() ? "none" : steps.stream().map(Drawings::draw).collect(joining("; "));
    }

    private static String draw(TopologyStep step) {
        return switch (step) {
            case Update update ->
                "update(" + update.nodeid() + ", " + host(update.address()) + (update.demotedName() ? "-demoted" : "")
                        + ")";
            case Pause pause -> "pause(" + pause.nodeid() + ", " + host(pause.address()) + ")";
            case Readdress readdress -> "readdress(" + readdress.nodeid() + ", " + host(readdress.address()) + ")";
            case Add add ->
                "add " + host(add.address()) + " " + add.role().name().toLowerCase(Locale.ROOT);
            case Remove remove -> "remove " + host(remove.address());
        };
    }

    /** The letter in upper case, anything appended to it as it is. */
    private static String host(HostPort address) {
        return address.host().substring(0, 1).toUpperCase(Locale.ROOT)
                + address.host().substring(1);
    }
}
