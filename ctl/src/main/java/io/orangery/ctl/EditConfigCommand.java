package io.orangery.ctl;

import io.orangery.config.DynamicDocument;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.output.UnifiedDiff;
import io.orangery.ctl.output.YamlText;
import io.orangery.protocol.Json;
import java.util.List;

/** {@code edit-config}: changes the dynamic configuration of one group in the store (ctl.md 20). */
final class EditConfigCommand {
    private final Session session;
    private final Arguments arguments;
    private final Terminal terminal;

    private EditConfigCommand(Session session, Arguments arguments) {
        this.session = session;
        this.arguments = arguments;
        this.terminal = session.terminal();
    }

    static void run(Session session, Arguments arguments) {
        new EditConfigCommand(session, arguments).run();
    }

    private void run() {
        try (ClusterStore store = session.open(session.cluster(arguments), session.ownGroup(arguments.group()))) {
            ClusterSeen cluster = store.read();
            if (cluster.subject().view().config().isEmpty()) {
                throw new CommandFailed("The config key does not exist in the cluster " + cluster.name());
            }
            DynamicDocument before = new DynamicDocument(cluster.subject().config());
            ConfigEdit edit = ConfigEdit.of(arguments);
            DynamicDocument after = edit.isEmpty()
                    ? new Editor(session).edited(cluster.name(), before)
                    : edit.applied(before, terminal);
            if (before.sameAs(after)) {
                say("Not changed");
                return;
            }
            show(before, after);
            if (agreed(edit)) {
                write(store, cluster, after);
            }
        }
    }

    private void show(DynamicDocument before, DynamicDocument after) {
        List<String> difference = UnifiedDiff.of(YamlText.block(before.values()), YamlText.block(after.values()));
        if (arguments.flag("--quiet")) {
            return;
        }
        if (terminal.interactive()) {
            new Pager(session.environment()).show(difference);
        } else {
            difference.forEach(terminal::line);
        }
    }

    private boolean agreed(ConfigEdit edit) {
        if (arguments.force()) {
            return true;
        }
        if (edit.readsStandardInput()) {
            terminal.line("Use --force option to apply changes");
            return false;
        }
        return terminal.confirm("Apply these changes?");
    }

    private void write(ClusterStore store, ClusterSeen cluster, DynamicDocument after) {
        if (!store.replaceConfig(cluster.subject(), Json.write(after.values()))) {
            throw new CommandFailed("Config modification aborted due to concurrent changes");
        }
        terminal.line("Configuration changed");
    }

    private void say(String text) {
        if (!arguments.flag("--quiet")) {
            terminal.line(text);
        }
    }
}
