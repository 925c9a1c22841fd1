package io.orangery.ctl;

import io.orangery.config.CtlConfiguration;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.Extent;
import io.orangery.ctl.output.Format;
import io.orangery.ctl.output.MemberTable;
import io.orangery.ctl.rest.MemberApi;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What one run of the tool works with.
 *
 * @param pause waits; a test makes something happen instead
 */
record Session(
        Terminal terminal,
        CtlConfiguration configuration,
        Stores stores,
        MemberApi api,
        Pause pause,
        Map<String, String> environment) {

    /** Lets time pass. */
    interface Pause {
        void sleep(Duration span) throws InterruptedException;
    }

    void sleep(Duration span) {
        try {
            pause.sleep(span);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Aborted();
        }
    }

    /** The cluster that was named, else the one that is configured. */
    String cluster(Arguments arguments) {
        return arguments.words(Syntax.OPTIONAL_CLUSTER).stream()
                .findFirst()
                .or(configuration::scope)
                .orElseThrow(() -> new CommandFailed(
                        "No cluster is named: give CLUSTER_NAME, or set scope in the configuration file"));
    }

    /** All groups in Citus mode, unless one is named (ctl.md 7). */
    Extent extent(OptionalInt group) {
        if (group.isPresent()) {
            return new Extent.OneGroup(group.getAsInt());
        }
        return configuration.group().isPresent() ? new Extent.AllGroups() : new Extent.Plain();
    }

    /** The group of the configuration, unless one is named: for commands that change or show one group's configuration. */
    Extent ownGroup(OptionalInt group) {
        return extent(group.isPresent() ? group : configuration.group());
    }

    ClusterStore open(String cluster, Extent extent) {
        return ClusterStore.open(configuration, stores, cluster, extent);
    }

    void print(ClusterSeen cluster) {
        MemberTable.print(terminal.out(), cluster, Format.PRETTY, false);
    }
}
