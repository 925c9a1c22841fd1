package io.orangery.postgres.process;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control file (ha-behaviour 30.3), read from its bytes where the format is known and by {@code pg_controldata} where it is not: a process
 * has no place between the exit of a primary and the promotion of its successor. A read that a write of PostgreSQL tore is never taken: two
 * reads have to agree and their checksum has to fit (citus.md 20.2 #5). Blocking; any thread.
 */
public final class ControlFile {
    private static final Logger LOG = LoggerFactory.getLogger(ControlFile.class);
    private static final int ATTEMPTS = 10;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(2);

    /** What pg_controldata says instead of failing. */
    private static final String TORN = "CRC checksum does not match";

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
            last = readWhole();
        } catch (IOException missing) {
            last = Optional.empty();
        }
        return last.map(Reading::data);
    }

    private Optional<Reading> readWhole() throws IOException, InterruptedException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            byte[] content = bytes();
            if (last.filter(known -> Arrays.equals(known.content(), content)).isPresent()) {
                return last;
            }
            var read = new ControlFileBytes(content);
            // A checksum that never fits is damage, or a layout that nobody foresaw: then the program has the last
            // word.
            Optional<ControlData> data = read.known() && attempt < ATTEMPTS ? read.data() : ask();
            if (data.isPresent() && Arrays.equals(content, bytes())) {
                return data.map(whole -> new Reading(content, whole));
            }
            Thread.sleep(BETWEEN_ATTEMPTS);
        }
        LOG.warn("{} could not be read as a whole, its checksum does not fit", file());
        return Optional.empty();
    }

    /** For who reads WAL; empty when the format is not known or the file torn. */
    Optional<WalRecordBytes> walRecords() throws IOException {
        return new ControlFileBytes(bytes()).walRecords(dataDir.resolve("pg_wal"));
    }

    private byte[] bytes() throws IOException {
        return Files.readAllBytes(file());
    }

    private Path file() {
        return dataDir.resolve("global/pg_control");
    }

    private Optional<ControlData> ask() throws InterruptedException {
        try {
            Subprocess.Result result = installation.run("pg_controldata", List.of(dataDir.toString()), Map.of());
            if (!result.ok()
                    || result.stdout().contains(TORN)
                    || result.stderr().contains(TORN)) {
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
