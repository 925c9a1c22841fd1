package io.orangery.ctl;

import io.orangery.ctl.output.YamlText;

/** {@code show-config}: the dynamic configuration of one group as YAML (ctl.md 21). */
final class ShowConfigCommand {
    private ShowConfigCommand() {}

    static void run(Session session, Arguments arguments) {
        try (ClusterStore store = session.open(session.cluster(arguments), session.ownGroup(arguments.group()))) {
            store.read()
                    .subject()
                    .view()
                    .config()
                    .ifPresent(config -> session.terminal().line(YamlText.block(config.values())));
        }
    }
}
