package io.orangery.actors;

import io.orangery.core.settings.NodeSettings;
import java.util.Map;

/** The port to the local configuration. Any thread; quick enough to be called from an actor: it merges maps. */
public interface SettingsSource {
    /** What came of applying a dynamic configuration. */
    sealed interface Applied {
        record Settings(NodeSettings settings) implements Applied {}

        /** The last good settings stay in force. */
        record Rejected(String why) implements Applied {}
    }

    /** Local configuration merged with what was last applied. */
    NodeSettings current();

    /** Merges the local configuration with this dynamic one, and remembers it. */
    Applied apply(Map<String, Object> dynamic);

    /** Reads the local file again, keeping the dynamic configuration. */
    Applied reloadLocal();
}
