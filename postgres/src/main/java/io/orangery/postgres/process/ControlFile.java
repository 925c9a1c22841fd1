package io.orangery.postgres.process;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control file as {@code pg_controldata} tells it (ha-behaviour 30.3). The program is run again only when the file has another
 * content: a look costs no process while nothing happens. (File times are too coarse: two writes may carry the same.) Blocking; any thread.
 */
public final class ControlFile {
    private static final Logger LOG = LoggerFactory.getLogger(ControlFile.class);

    private final Path dataDir;
    private final Installation installation;
    private Optional<Reading> last = Optional.empty();

    private record Reading(byte[] content, ControlData data) {}

    public ControlFile(Path dataDir, Installation installation) {
        this.dataDir = dataDir;
        this.installation = installation;
    }

    /** Empty when it cannot be read: nothing may be concluded from that. */
    public synchronized Optional<ControlData> read() throws InterruptedException {
        try {
            // Read before: a write in between makes the next call ask again.
            byte[] content = Files.readAllBytes(dataDir.resolve("global/pg_control"));
            if (last.isEmpty() || !Arrays.equals(last.get().content(), content)) {
                last = ask().map(data -> new Reading(content, data));
            }
        } catch (IOException missing) {
            last = Optional.empty();
        }
        return last.map(Reading::data);
    }

    private Optional<ControlData> ask() throws InterruptedException {
        try {
            Subprocess.Result result = installation.run("pg_controldata", List.of(dataDir.toString()), Map.of());
            if (!result.ok()) {
                LOG.warn("pg_controldata {}: {}", dataDir, result.summary());
                return Optional.empty();
            }
            return parse(result.stdout());
        } catch (IOException failed) {
            LOG.warn("pg_controldata could not be run: {}", failed.getMessage());
            return Optional.empty();
        }
    }

    /** Takes the output in the C locale; empty when the fields that every version has are not in it. */
    static Optional<ControlData> parse(String text) {
        var fields = new HashMap<String, String>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String name = line.substring(0, colon);
                fields.put(
                        name.startsWith("Current ") ? name.substring(8) : name,
                        line.substring(colon + 1).strip());
            }
        });
        String system = fields.get("Database system identifier");
        String state = fields.get("Database cluster state");
        Optional<Lsn> checkpoint = lsn(fields, "Latest checkpoint location");
        if (system == null || state == null || checkpoint.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new ControlData(
                system,
                state,
                checkpoint.get(),
                number(fields, "Latest checkpoint's TimeLineID"),
                lsn(fields, "Minimum recovery ending location").orElse(Lsn.ZERO),
                number(fields, "Min recovery ending loc's timeline"),
                "on".equals(fields.get("wal_log_hints setting")),
                number(fields, "Data page checksum version"),
                settings(fields)));
    }

    private static Map<String, String> settings(Map<String, String> fields) {
        var settings = new HashMap<String, String>();
        fields.forEach((name, value) -> {
            if (name.endsWith(" setting")) {
                settings.put(name.substring(0, name.length() - " setting".length()), value);
            }
        });
        return Map.copyOf(settings);
    }

    private static Optional<Lsn> lsn(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name)).flatMap(Lsn::parse);
    }

    private static int number(Map<String, String> fields, String name) {
        try {
            return Integer.parseInt(fields.getOrDefault(name, "0"));
        } catch (NumberFormatException unreadable) {
            return 0;
        }
    }
}
