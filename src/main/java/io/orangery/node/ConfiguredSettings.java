package io.orangery.node;

import io.orangery.actors.SettingsSource;
import io.orangery.config.Configuration;
import io.orangery.config.LocalConfiguration;
import io.orangery.core.settings.NodeSettings;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration of this process: the local file merged with the {@code config} key. A warning is said once. */
final class ConfiguredSettings implements SettingsSource {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredSettings.class);

    private final Configuration configuration;
    private final Set<String> said = new HashSet<>();
    private LocalConfiguration local;
    private Map<String, Object> dynamic = Map.of();
    private NodeSettings current;

    /** @throws io.orangery.config.InvalidConfiguration naming everything that is wrong */
    ConfiguredSettings(Configuration configuration, LocalConfiguration local) {
        this.configuration = configuration;
        this.local = local;
        Configuration.Applied applied = configuration.start(local);
        this.current = applied.settings();
        say(applied.warnings());
    }

    @Override
    public synchronized NodeSettings current() {
        return current;
    }

    @Override
    public synchronized Applied apply(Map<String, Object> document) {
        Applied applied = merge(local, document);
        if (applied instanceof Applied.Settings) {
            dynamic = document;
        }
        return applied;
    }

    @Override
    public synchronized Applied reloadLocal() {
        LocalConfiguration reread;
        try {
            reread = local.reload();
        } catch (RuntimeException unreadable) {
            return new Applied.Rejected(unreadable.getMessage());
        }
        Applied applied = merge(reread, dynamic);
        if (applied instanceof Applied.Settings) {
            local = reread;
        }
        return applied;
    }

    private Applied merge(LocalConfiguration from, Map<String, Object> document) {
        return switch (configuration.effective(from, document)) {
            case Configuration.Applied applied -> {
                current = applied.settings();
                say(applied.warnings());
                yield new Applied.Settings(current);
            }
            case Configuration.Rejected rejected -> new Applied.Rejected(rejected.reason());
        };
    }

    private void say(List<String> warnings) {
        warnings.stream().filter(said::add).forEach(warning -> LOG.warn("{}", warning));
    }
}
