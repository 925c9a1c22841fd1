package io.orangery.postgres.process;

import io.orangery.core.settings.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The programs of PostgreSQL on this host: where they are, of which version, and whether all that is needed is there. Blocking. */
public final class Installation {
    private static final Pattern VERSION = Pattern.compile("(\\d+)(?:\\.(\\d+))?");
    private static final List<String> ALWAYS_NEEDED = List.of("postgres", "initdb", "pg_controldata", "pg_basebackup");
    private static final int OLDEST = 12;

    private final PostgresSettings settings;
    private volatile int versionNumber;

    public Installation(PostgresSettings settings) {
        this.settings = settings;
    }

    /** Path to run; a bare name where nothing of the kind was found, so that the error names it. */
    public String program(String tool) {
        String name = settings.binNames().getOrDefault(tool, tool);
        return find(name)
                .map(Path::toString)
                .orElseGet(() -> settings.binDir()
                        .map(dir -> dir.resolve(name).toString())
                        .orElse(name));
    }

    private Optional<Path> find(String name) {
        Stream<Path> places = settings.binDir().isPresent()
                ? settings.binDir().stream()
                : Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                        .filter(place -> !place.isEmpty())
                        .map(Path::of);
        return places.map(place -> place.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /**
     * What is wrong with it, for the agent's start; empty list: nothing.
     *
     * @param mayCreateClusters whether Citus must be installable: checked here because a failure after initdb throws the new cluster away
     */
    public List<String> check(boolean mayCreateClusters) throws InterruptedException {
        var needed = new LinkedHashSet<>(ALWAYS_NEEDED);
        if (settings.usePgRewind()) {
            needed.add("pg_rewind");
        }
        List<String> problems = needed.stream()
                .flatMap(tool -> missing(tool).stream())
                .collect(Collectors.toCollection(ArrayList::new));
        if (problems.isEmpty()) {
            wrongVersion().ifPresent(problems::add);
        }
        if (problems.isEmpty() && mayCreateClusters && settings.preparedForCitus()) {
            checkCitus().ifPresent(problems::add);
        }
        return problems;
    }

    private Optional<String> missing(String tool) {
        String name = settings.binNames().getOrDefault(tool, tool);
        if (find(name).isPresent()) {
            return Optional.empty();
        }
        String where = settings.binDir()
                .map(dir -> "postgresql.bin_dir is " + dir + ", expected an executable file " + dir.resolve(name))
                .orElse("postgresql.bin_dir is not set, and no directory of PATH (" + System.getenv("PATH")
                        + ") has it");
        return Optional.of("PostgreSQL's program '" + name + "' was not found: " + where);
    }

    private Optional<String> wrongVersion() throws InterruptedException {
        try {
            int major = versionNumber() / 10_000;
            if (major < OLDEST) {
                return Optional.of(program("postgres") + " is version " + major + ", expected " + OLDEST + " or newer");
            }
            Optional<Integer> data = new DataDirectoryFiles(settings.dataDir()).majorVersion();
            return data.filter(found -> found != major)
                    .map(found -> "postgresql.data_dir " + settings.dataDir() + " belongs to PostgreSQL " + found
                            + " (file PG_VERSION), but " + program("postgres") + " is version " + major
                            + "; expected the programs of version " + found + " (postgresql.bin_dir)");
        } catch (IOException failed) {
            return Optional.of(failed.getMessage());
        }
    }

    /** As {@code server_version_num} has it, such as 150018. Asked once. */
    public int versionNumber() throws IOException, InterruptedException {
        if (versionNumber == 0) {
            Subprocess.Result result = run("postgres", List.of("--version"), Map.of());
            versionNumber = parseVersion(result.stdout())
                    .orElseThrow(
                            () -> new IOException("'" + program("postgres") + " --version' did not tell a version: "
                                    + result.summary() + " " + result.stdout().strip()));
        }
        return versionNumber;
    }

    /** Takes {@code postgres (PostgreSQL) 15.18 (Debian ...)}, {@code 18beta1} and the like. */
    static Optional<Integer> parseVersion(String text) {
        int after = text.indexOf(')');
        Matcher version = VERSION.matcher(after < 0 ? text : text.substring(after));
        if (!version.find()) {
            return Optional.empty();
        }
        int minor = version.group(2) == null ? 0 : Integer.parseInt(version.group(2));
        return Optional.of(Integer.parseInt(version.group(1)) * 10_000 + minor);
    }

    /** Parameters that {@code postgres --describe-config} lists; empty when it cannot be run. */
    public Set<String> describedParameters() {
        try {
            return run("postgres", List.of("--describe-config"), Map.of())
                    .stdout()
                    .lines()
                    .map(line -> line.split("\t", 2)[0])
                    .collect(Collectors.toSet());
        } catch (IOException notRunnable) {
            return Set.of();
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return Set.of();
        }
    }

    /**
     * What keeps {@code CREATE EXTENSION citus} from working; empty when nothing does, or when it cannot be told because the share
     * directory was not found or PostgreSQL 18 is told to look elsewhere.
     */
    public Optional<String> checkCitus() throws InterruptedException {
        List<Path> extensions = extensionDirectories();
        if (settings.parameters().containsKey("extension_control_path")
                || extensions.isEmpty()
                || extensions.stream().anyMatch(dir -> Files.exists(dir.resolve("citus.control")))) {
            return Optional.empty();
        }
        return Optional.of("citus is configured, but the extension is not installed for " + program("postgres")
                + ": expected " + extensions.getFirst().resolve("citus.control"));
    }

    /** Those that exist, pg_config's own answer first. */
    private List<Path> extensionDirectories() throws InterruptedException {
        var found = new LinkedHashSet<Path>();
        Optional<Path> bin = find(settings.binNames().getOrDefault("postgres", "postgres"))
                .map(file -> file.toAbsolutePath().getParent());
        if (bin.isPresent() && Files.isExecutable(bin.get().resolve("pg_config"))) {
            askPgConfig(bin.get().resolve("pg_config")).ifPresent(found::add);
        }
        bin.ifPresent(dir -> {
            for (String relative : List.of("../share/postgresql", "../share", "../../../share/postgresql")) {
                found.add(dir.resolve(relative).normalize());
            }
            // Debian: programs in /usr/lib/postgresql/15/bin, the rest in /usr/share/postgresql/15.
            Path version = dir.getParent().getFileName();
            found.add(
                    dir.resolve("../../../../share/postgresql").resolve(version).normalize());
        });
        return found.stream()
                .map(share -> share.resolve("extension"))
                .filter(dir -> Files.exists(dir.resolve("plpgsql.control")))
                .toList();
    }

    private static Optional<Path> askPgConfig(Path program) throws InterruptedException {
        try {
            Subprocess.Result answer = Subprocess.run(
                    List.of(program.toString(), "--sharedir"), Subprocess.Environment.TOOL, Map.of(), Optional.empty());
            return answer.ok() ? Optional.of(Path.of(answer.stdout().strip())) : Optional.empty();
        } catch (IOException notRunnable) {
            return Optional.empty();
        }
    }

    /** Runs a program of PostgreSQL to its end, messages in English. */
    public Subprocess.Result run(String tool, List<String> arguments, Map<String, String> environment)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(program(tool));
        command.addAll(arguments);
        return Subprocess.run(command, Subprocess.Environment.TOOL, environment, Optional.empty());
    }
}
