package io.orangery.postgres.rewind;

import io.orangery.core.settings.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * WAL and the archive while PostgreSQL is stopped: what was not archived yet would be lost by pg_rewind or by a recovery without archiving.
 */
final class ArchivedWal {
    private static final Logger LOG = LoggerFactory.getLogger(ArchivedWal.class);
    private static final String READY = ".ready";
    private static final Pattern PLACEHOLDER = Pattern.compile("%([pfr%])");

    private final PostgresSettings settings;
    private final PostgresTools tools;
    private final OfflineParameters parameters;

    ArchivedWal(PostgresSettings settings, PostgresTools tools) {
        this.settings = settings;
        this.tools = tools;
        this.parameters = new OfflineParameters(settings, tools);
    }

    /** Archives segments that wait for it, by {@code archive_command}. A failure is logged, and the segment waits on. */
    void archiveReady() throws IOException, InterruptedException {
        var waiting = statusFiles().stream()
                .filter(file -> file.getFileName().toString().endsWith(READY))
                .sorted()
                .toList();
        if (waiting.isEmpty()) {
            return;
        }
        var command = archiveCommand();
        if (command.isEmpty()) {
            return;
        }
        for (var marker : waiting) {
            archive(marker, command.get());
        }
    }

    private Optional<String> archiveCommand() throws IOException, InterruptedException {
        boolean archiving = parameters
                .value("archive_mode")
                .filter(mode -> !mode.equals("off"))
                .isPresent();
        return archiving ? parameters.value("archive_command").filter(command -> !command.isBlank()) : Optional.empty();
    }

    private void archive(Path marker, String command) throws IOException, InterruptedException {
        var name = marker.getFileName().toString();
        var segment = name.substring(0, name.length() - READY.length());
        if (!Files.exists(wal().resolve(segment))) {
            return;
        }
        var finished = tools.shell(fill(command, "pg_wal/" + segment, segment));
        if (finished.exitCode() == 0) {
            Files.move(marker, marker.resolveSibling(segment + ".done"), StandardCopyOption.REPLACE_EXISTING);
        } else {
            LOG.warn("archive_command failed for {} with exit code {}", segment, finished.exitCode());
        }
    }

    /** Forgets what is archived and what is not: the server finds out anew. */
    void clearStatus() throws IOException {
        for (var file : statusFiles()) {
            Files.deleteIfExists(file);
        }
    }

    /** Fetches a segment by {@code restore_command}; false when there is none or it fails. */
    boolean restore(String segment) throws IOException, InterruptedException {
        var command = parameters.value("restore_command").filter(text -> !text.isBlank());
        if (command.isEmpty()) {
            return false;
        }
        return tools.shell(fill(command.get(), "pg_wal/" + segment, segment)).exitCode() == 0;
    }

    /** Placeholders of the two commands. {@code %r}: the oldest file that there can be, so nothing may be removed from the archive. */
    static String fill(String command, String path, String name) {
        return PLACEHOLDER
                .matcher(command)
                .replaceAll(match -> Matcher.quoteReplacement(
                        switch (match.group(1)) {
                            case "p" -> path;
                            case "f" -> name;
                            case "r" -> "000000010000000000000001";
                            default -> "%";
                        }));
    }

    private Path wal() {
        return settings.dataDir().resolve("pg_wal");
    }

    private List<Path> statusFiles() throws IOException {
        var directory = wal().resolve("archive_status");
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.toList();
        }
    }
}
