package io.orangery.formation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PostgreSQL installation that a formation can be started with: where its programs are, and what it says about itself.
 * Immutable; finding one reads the file system and asks {@code postgres --version}.
 *
 * @param binDir the folder of {@code postgres}, {@code initdb} and the other programs, absolute, links resolved
 * @param majorVersion 12 to 18
 */
public record PostgresInstallation(Path binDir, int majorVersion) {

    /** Environment variable that names the folder of the programs, in front of everything else. */
    public static final String BIN_DIR_VARIABLE = "ORANGERY_DEMO_PG_BIN";

    private static final int OLDEST = 12;
    private static final int NEWEST = 18;
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

    /** What an agent needs; the embedded binaries of Maven Central lack the last four. */
    private static final List<String> PROGRAMS = List.of(
            "postgres", "initdb", "pg_ctl", "pg_isready", "pg_config", "pg_basebackup", "pg_rewind", "pg_controldata");

    /**
     * The installation to use: the one that the environment names, else the newest of those on the search path and in
     * Debian's folder. Empty when there is none.
     *
     * @throws IllegalArgumentException when the environment names a folder that is no complete installation
     */
    public static Optional<PostgresInstallation> find() {
        String named = System.getenv(BIN_DIR_VARIABLE);
        if (named != null && !named.isBlank()) {
            return Optional.of(at(Path.of(named))
                    .orElseThrow(() -> new IllegalArgumentException(BIN_DIR_VARIABLE + "=" + named
                            + ": expected a folder with the programs of PostgreSQL " + OLDEST + " to " + NEWEST + ", "
                            + String.join(", ", PROGRAMS))));
        }
        return candidates().stream()
                .flatMap(folder -> at(folder).stream())
                .max(Comparator.comparingInt(PostgresInstallation::majorVersion));
    }

    /** The installation whose programs are in this folder; empty when one is missing or the version is not supported. */
    public static Optional<PostgresInstallation> at(Path binDir) {
        if (!PROGRAMS.stream().allMatch(program -> Files.isExecutable(binDir.resolve(program)))) {
            return Optional.empty();
        }
        try {
            Path real = binDir.resolve("postgres").toRealPath().getParent();
            String answer = Command.output(List.of(real.resolve("postgres").toString(), "--version"));
            Matcher version = VERSION.matcher(answer);
            if (!version.find()) {
                return Optional.empty();
            }
            int major = Integer.parseInt(version.group(1));
            return major < OLDEST || major > NEWEST
                    ? Optional.empty()
                    : Optional.of(new PostgresInstallation(real, major));
        } catch (IOException notRunnable) {
            return Optional.empty();
        }
    }

    /** Whether the files of an extension named citus are installed here, real or stand-in. */
    public boolean hasCitus() {
        return Files.isReadable(extensionDir().resolve("citus.control"))
                && Files.isReadable(libraryDir().resolve("citus.so"));
    }

    /** Which Citus a formation on this installation gets, as a sentence. */
    public String citusInWords() {
        return hasCitus()
                ? "Citus: the real extension, as installed."
                : "Citus is not installed: Orangery's SQL-only stand-in is used instead, in a private copy of PostgreSQL.";
    }

    /** Whether the extension installed here is the stand-in. */
    public boolean hasStandIn() {
        return Files.isReadable(extensionDir().resolve(StandInCitus.SCRIPT));
    }

    /** The folder of {@code postgres.bki}, {@code extension/} and so on. */
    Path shareDir() {
        return ask("--sharedir");
    }

    /** The folder of the loadable libraries. */
    Path libraryDir() {
        return ask("--pkglibdir");
    }

    Path extensionDir() {
        return shareDir().resolve("extension");
    }

    /** The path of one program. */
    public Path program(String name) {
        return binDir.resolve(name);
    }

    private Path ask(String option) {
        try {
            return Path.of(Command.output(List.of(program("pg_config").toString(), option))
                    .strip());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static LinkedHashSet<Path> candidates() {
        LinkedHashSet<Path> folders = new LinkedHashSet<>();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        folders.addAll(debianFolders());
        return folders;
    }

    private static List<Path> debianFolders() {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(DEBIAN)) {
            try (DirectoryStream<Path> versions = Files.newDirectoryStream(DEBIAN)) {
                versions.forEach(version -> folders.add(version.resolve("bin")));
            } catch (IOException unreadable) {
                return List.of();
            }
        }
        return folders;
    }
}
