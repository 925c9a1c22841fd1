package io.orangery.postgres.configuration;

import io.orangery.core.settings.PostgresSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The files that the agent writes for PostgreSQL (ha-behaviour 31). Blocking; one caller at a time.
 *
 * <p>Every file is replaced as a whole, by a rename, so PostgreSQL never reads half of one. Files that have the right content already are not
 * touched; methods answer true when something changed.
 */
public final class ConfigurationFiles {
    private final PostgresSettings settings;
    private final Supplier<Set<String>> described;

    /**
     * @param described names that {@code postgres --describe-config} lists; asked only for parameters that the tables do not know, empty
     *     when the program could not be run
     */
    public ConfigurationFiles(PostgresSettings settings, Supplier<Set<String>> described) {
        this.settings = settings;
        this.described = described;
    }

    /** {@code postgresql.conf} and what belongs to it, {@code pg_hba.conf}, {@code pg_ident.conf}. */
    public boolean writeAll(Wanted wanted) throws IOException {
        // Not short-circuited: each of them has to be written.
        return writePostgresqlConf(wanted) | writePgHba() | writePgIdent();
    }

    /** {@code postgresql.conf}, base file, signal files; recovery parameters leave {@code postgresql.auto.conf}, where they would win. */
    public boolean writePostgresqlConf(Wanted wanted) throws IOException {
        keepBase();
        boolean changed = cleanAutoConf();
        changed |= rewriteManaged(wanted);
        return changed | (wanted.standby() ? writeStandbySignal() : removeRecoverySignals());
    }

    /**
     * The managed file alone, under a server that runs: the signal files are PostgreSQL's then, which removes one while it promotes.
     */
    public boolean rewriteManaged(Wanted wanted) throws IOException {
        return write(managedConf(), PostgresqlConf.render(wanted, included(), described));
    }

    /** The managed file holds {@link Wanted#bounds}, whoever wrote them. */
    public boolean holdsBounds() throws IOException {
        return WholeFile.read(managedConf())
                .filter(content -> content.lines().anyMatch(PostgresqlConf.BOUND_MARK::equals))
                .isPresent();
    }

    /** The managed file, {@code <config_dir>/<base>.conf}. */
    public Path managedConf() {
        return settings.configDir().resolve(settings.configBaseName() + ".conf");
    }

    /**
     * Recovery settings in the managed file, whoever wrote it; empty when there are none. A promoted primary keeps them until it is started anew:
     * most can be taken away only by a restart, and every reload would report errors in the file and a pending restart.
     */
    public LinkedHashMap<String, String> writtenRecovery() throws IOException {
        var written = new LinkedHashMap<String, String>();
        WholeFile.read(managedConf())
                .ifPresent(content -> content.lines()
                        .dropWhile(line -> !line.strip().equals(PostgresqlConf.RECOVERY_MARK))
                        .map(Quoting::parse)
                        .flatMap(Optional::stream)
                        .forEach(setting -> written.put(setting.name(), setting.value())));
        return written;
    }

    private Path baseConf() {
        return settings.configDir().resolve(settings.configBaseName() + ".base.conf");
    }

    private String included() {
        return settings.customConf()
                .map(Path::toString)
                .orElse(baseConf().getFileName().toString());
    }

    /** The file that initdb or the operator made becomes the base. A managed one never does: it would include itself. */
    private void keepBase() throws IOException {
        if (settings.customConf().isPresent() || Files.exists(baseConf())) {
            return;
        }
        var present = WholeFile.read(managedConf());
        if (present.isPresent() && !present.get().startsWith(PostgresqlConf.MANAGED)) {
            Files.move(managedConf(), baseConf(), StandardCopyOption.ATOMIC_MOVE);
            WholeFile.flushDirectoryOf(baseConf());
        } else {
            write(baseConf(), "");
        }
    }

    /** Removes recovery parameters and nothing else: the file also holds what extensions and operators set. */
    private boolean cleanAutoConf() throws IOException {
        var file = settings.dataDir().resolve("postgresql.auto.conf");
        var content = WholeFile.read(file);
        if (content.isEmpty()) {
            return false;
        }
        var kept = content.get()
                .lines()
                .filter(line -> Quoting.parse(line)
                        .filter(setting -> RecoveryParameters.contains(setting.name()))
                        .isEmpty())
                .toList();
        if (kept.size() == content.get().lines().count()) {
            return false;
        }
        var bytes = kept.stream()
                .map(line -> line + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.ISO_8859_1);
        return WholeFile.replaceBytes(file, bytes, WholeFile.permissions(file, settings.dataDir()));
    }

    private boolean writeStandbySignal() throws IOException {
        var signal = settings.dataDir().resolve("standby.signal");
        boolean changed = WholeFile.remove(settings.dataDir().resolve("recovery.signal"))
                | WholeFile.remove(settings.dataDir().resolve("recovery.conf"));
        return changed | (!Files.exists(signal) && write(signal, ""));
    }

    private boolean removeRecoverySignals() throws IOException {
        boolean removed = false;
        for (var name : List.of("standby.signal", "recovery.signal", "recovery.conf")) {
            removed |= WholeFile.remove(settings.dataDir().resolve(name));
        }
        return removed;
    }

    /** {@code standby.signal}, {@code recovery.signal} and old {@code recovery.conf}: the next start is that of a primary. */
    public void removeRecoveryFiles() throws IOException {
        removeRecoverySignals();
    }

    /** Nothing when {@code pg_hba} is not configured or {@code hba_file} names another file. */
    public boolean writePgHba() throws IOException {
        return !settings.pgHba().isEmpty()
                && AccessFiles.managesHba(settings)
                && write(AccessFiles.hbaFile(settings), PostgresqlConf.HEADER + lines(settings.pgHba()));
    }

    /** Nothing when {@code pg_ident} is not configured or {@code ident_file} names another file. */
    public boolean writePgIdent() throws IOException {
        return !settings.pgIdent().isEmpty()
                && AccessFiles.managesIdent(settings)
                && write(AccessFiles.identFile(settings), PostgresqlConf.HEADER + lines(settings.pgIdent()));
    }

    /**
     * Appends to what initdb wrote, for a cluster without {@code postgresql.pg_hba} (configuration.md 5.3). Can be repeated: lines that are
     * there already are not added.
     */
    public void writeBootstrapHba(List<String> lines) throws IOException {
        if (!settings.pgHba().isEmpty() || !AccessFiles.managesHba(settings)) {
            return;
        }
        var file = AccessFiles.hbaFile(settings);
        var content = Files.exists(file) ? Files.readString(file) : "";
        var present = content.lines().map(String::strip).collect(Collectors.toSet());
        var missing =
                lines.stream().filter(line -> !present.contains(line.strip())).toList();
        if (!missing.isEmpty()) {
            write(file, content + (content.isEmpty() || content.endsWith("\n") ? "" : "\n") + lines(missing));
        }
    }

    /**
     * The password file, mode 0600. Lines are made by {@link PgPass}; without lines the file is left alone.
     *
     * @throws IOException also when the path is something other than a file
     */
    public boolean writePgPass(List<String> lines) throws IOException {
        var file = settings.pgpass();
        if (lines.isEmpty()) {
            return false;
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("postgresql.pgpass: " + file + " exists and is no file");
        }
        return WholeFile.replace(file, lines(new ArrayList<>(lines)), Optional.of(WholeFile.PRIVATE));
    }

    /** Copies to {@code <data_dir>/<file>.backup}, after a successful start. */
    public void backup() throws IOException {
        for (var file : backedUp()) {
            if (Files.exists(file)) {
                Files.copy(
                        file, backupOf(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** After a clone: originals that are missing come back; {@code pg_ident.conf} is created empty when there is none. */
    public void restoreBackups() throws IOException {
        for (var file : backedUp()) {
            if (!Files.exists(file) && Files.exists(backupOf(file))) {
                Files.copy(backupOf(file), file, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        var ident = AccessFiles.identFile(settings);
        if (AccessFiles.managesIdent(settings) && !Files.exists(ident)) {
            write(ident, "");
        }
    }

    private List<Path> backedUp() {
        var files = new ArrayList<Path>();
        files.add(managedConf());
        if (settings.customConf().isEmpty()) {
            files.add(baseConf());
        }
        files.add(settings.configDir().resolve("pg_hba.conf"));
        files.add(settings.configDir().resolve("pg_ident.conf"));
        return files;
    }

    private Path backupOf(Path file) {
        return settings.dataDir().resolve(file.getFileName() + ".backup");
    }

    /**
     * Compares recovery settings in force with the wanted ones (ha-behaviour 31.3). The password file counts too: when its content is not
     * what would be written, answers RELOAD.
     *
     * @param server a connection to the local server; empty when it cannot be asked: then the files are compared
     */
    public RecoveryDifference recoveryDiffers(Wanted wanted, Optional<Connection> server) {
        return new RecoveryComparison(settings, managedConf(), wanted).compare(server);
    }

    private boolean write(Path file, String content) throws IOException {
        return WholeFile.replace(file, content, WholeFile.permissions(file, settings.dataDir()));
    }

    private static String lines(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }
}
