package io.orangery.ctl.output;

import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.Extent;
import io.orangery.ctl.cluster.GroupSeen;
import java.util.ArrayList;
import java.util.List;

/** What stands below a table of members: maintenance mode and a switchover that waits for its time (ctl.md 9.4). */
final class ServiceLines {
    private ServiceLines() {}

    static List<String> of(ClusterSeen cluster) {
        var lines = new ArrayList<String>();
        for (GroupSeen group : cluster.groups().values()) {
            List<String> own = of(group);
            if (!own.isEmpty() && cluster.extent() instanceof Extent.AllGroups) {
                lines.add("Citus group: " + group.number());
            }
            lines.addAll(own);
        }
        return lines;
    }

    private static List<String> of(GroupSeen group) {
        var lines = new ArrayList<String>();
        if (group.paused()) {
            lines.add(" Maintenance mode: on");
        }
        group.scheduled().ifPresent(switchover -> {
            lines.add(" Switchover scheduled at: " + switchover.at());
            switchover.from().ifPresent(node -> lines.add(" %24s %s".formatted("from:", node)));
            switchover.to().ifPresent(node -> lines.add(" %24s %s".formatted("to:", node)));
        });
        return lines;
    }
}
