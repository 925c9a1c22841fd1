package io.orangery.ctl;

import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.Extent;
import io.orangery.ctl.output.Format;
import io.orangery.ctl.output.MemberTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code list} and {@code topology}: the table of members, once or again and again (ctl.md 11, 12). */
final class ListCommand {
    private final Session session;
    private final Arguments arguments;
    private final Format format;

    private ListCommand(Session session, Arguments arguments, Format format) {
        this.session = session;
        this.arguments = arguments;
        this.format = format;
    }

    static void list(Session session, Arguments arguments) {
        new ListCommand(session, arguments, arguments.format()).run();
    }

    static void topology(Session session, Arguments arguments) {
        new ListCommand(session, arguments, Format.TOPOLOGY).run();
    }

    private void run() {
        List<String> named = arguments.words(Syntax.CLUSTERS);
        List<String> clusters =
                named.isEmpty() ? session.configuration().scope().stream().toList() : named;
        if (clusters.isEmpty()) {
            session.terminal().warn("Listing members: No cluster names were provided");
            session.terminal().failed();
            return;
        }
        Extent extent = session.extent(arguments.group());
        List<ClusterStore> stores = new ArrayList<>();
        try {
            clusters.forEach(cluster -> stores.add(session.open(cluster, extent)));
            refresh(stores, arguments.watchSeconds());
        } finally {
            stores.forEach(ClusterStore::close);
        }
    }

    /** Connections are kept over the rounds. */
    private void refresh(List<ClusterStore> stores, Optional<Double> period) {
        do {
            List<ClusterSeen> seen = stores.stream().map(ClusterStore::read).toList();
            if (period.isPresent()) {
                session.terminal().clear();
            }
            if (arguments.flag("--timestamp")) {
                session.terminal().line(session.terminal().timestamp());
            }
            seen.forEach(cluster ->
                    MemberTable.print(session.terminal().out(), cluster, format, arguments.flag("--extended")));
            session.terminal().out().flush();
            period.ifPresent(seconds -> session.sleep(Duration.ofMillis(Math.round(seconds * 1000))));
        } while (period.isPresent());
    }
}
