package io.orangery.ctl;

import io.orangery.ctl.cluster.Timestamps;
import java.time.OffsetDateTime;
import java.util.Optional;

/** The time at which something is to happen, from an option or an answer (ctl.md 5.4). */
final class When {
    private When() {}

    /**
     * @param text {@code now} or empty: at once
     * @return empty: at once
     * @throws CommandFailed not a time
     */
    static Optional<OffsetDateTime> read(Terminal terminal, String text) {
        if (text.isBlank() || text.strip().equals("now")) {
            return Optional.empty();
        }
        return Optional.of(Timestamps.parse(text, terminal.now().getZone())
                .orElseThrow(() -> new CommandFailed("Unable to parse scheduled timestamp (" + text
                        + "). It should be in an unambiguous format (e.g. ISO 8601)")));
    }
}
