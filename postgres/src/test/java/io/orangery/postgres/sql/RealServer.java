package io.orangery.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.postgres.configuration.CommandLine;
import io.orangery.postgres.configuration.ConfigurationFiles;
import io.orangery.postgres.configuration.PgPass;
import io.orangery.postgres.configuration.RecoverySettings;
import io.orangery.postgres.configuration.SampleSettings;
import io.orangery.postgres.configuration.ServerVersion;
import io.orangery.postgres.configuration.Wanted;
import io.orangery.postgres.rewind.PostgresTools;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A PostgreSQL in a directory, started with pg_ctl from the files that the code under test writes. Trusts everybody on the loopback. */
public final class RealServer implements AutoCloseable, PostgresTools {
    private static final long PATIENCE_SECONDS = 60;

    private final Path directory;
    private final SampleSettings sample;
    private final Path programs = programs();

    public RealServer(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            sample = new SampleSettings()
                    .in(directory)
                    .listen("127.0.0.1", free.getLocalPort())
                    .superuser(user("postgres"))
                    .replication(user("postgres"))
                    .rewind(user("postgres"))
                    .parameter("unix_socket_directories", directory.toString())
                    .parameter("fsync", "off")
                    .parameter("wal_log_hints", "on")
                    .parameter("shared_buffers", "8MB")
                    .parameter("max_connections", "20");
        }
    }

    private static Credentials user(String name) {
        return new Credentials(Optional.of(name), Optional.empty(), Map.of());
    }

    /** Where the programs are, the newest version first. */
    private static Path programs() {
        var usual = Path.of("/usr/lib/postgresql");
        try (var versions = Files.isDirectory(usual) ? Files.list(usual) : Stream.<Path>empty()) {
            var installed = versions.map(version -> version.resolve("bin"));
            var onPath = Stream.of(System.getenv("PATH").split(":")).map(Path::of);
            var found = Stream.concat(onPath, installed.sorted((a, b) -> b.compareTo(a)))
                    .filter(bin ->
                            Files.isExecutable(bin.resolve("pg_rewind")) && Files.isExecutable(bin.resolve("initdb")))
                    .findFirst();
            Assumptions.assumeTrue(found.isPresent(), "PostgreSQL's server programs are not installed here");
            return found.get();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** To change settings; {@link #write} puts them into the files. */
    public SampleSettings sample() {
        return sample;
    }

    public PostgresSettings settings() {
        return sample.build();
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", settings().port());
    }

    public ServerVersion version() throws IOException {
        return ServerVersion.ofMajor(Integer.parseInt(
                Files.readString(settings().dataDir().resolve("PG_VERSION")).strip()));
    }

    public Wanted primary() throws IOException {
        return new Wanted(
                settings(), version(), false, new LinkedHashMap<>(), Optional.empty(), false, Map.of(), Map.of());
    }

    public Wanted standbyOf(HostPort upstream, boolean ownSlot) throws IOException {
        var recovery = RecoverySettings.of(settings(), version(), Optional.of(upstream), ownSlot);
        return new Wanted(settings(), version(), true, recovery, Optional.empty(), false, Map.of(), Map.of());
    }

    public ConfigurationFiles files() {
        return new ConfigurationFiles(settings(), Set::of);
    }

    public RealServer initdb() throws IOException, InterruptedException {
        succeed("initdb", "-D", data(), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8");
        return this;
    }

    public RealServer cloneOf(RealServer source) throws IOException, InterruptedException {
        succeed(
                "pg_basebackup",
                "-D",
                data(),
                "-X",
                "stream",
                "--checkpoint=fast",
                "--no-sync",
                "-d",
                "host=127.0.0.1 user=postgres port=" + source.address().port());
        return this;
    }

    public RealServer start(Wanted wanted) throws IOException, InterruptedException {
        files().writeAll(wanted);
        files().writePgPass(PgPass.lines(settings().replication(), address()));
        var options = new StringBuilder();
        CommandLine.of(wanted).forEach(argument -> options.append(' ').append(argument));
        succeed("pg_ctl", "-D", data(), "-l", log().toString(), "-w", "-o", options.toString(), "start");
        return this;
    }

    public void reload() throws IOException, InterruptedException {
        succeed("pg_ctl", "-D", data(), "reload");
    }

    public void promote() throws IOException, InterruptedException {
        succeed("pg_ctl", "-D", data(), "-w", "promote");
    }

    public void stop() throws IOException, InterruptedException {
        succeed("pg_ctl", "-D", data(), "-m", "fast", "-w", "stop");
    }

    public Path log() {
        return directory.resolve("log");
    }

    private String data() {
        return settings().dataDir().toString();
    }

    private void succeed(String tool, String... arguments) throws IOException, InterruptedException {
        var finished = run(tool, List.of(arguments), Map.of());
        assertThat(finished.exitCode())
                .as("%s %s: %s", tool, List.of(arguments), finished)
                .isZero();
    }

    @Override
    public Finished run(String tool, List<String> arguments, Map<String, String> environment)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(programs.resolve(tool).toString());
        command.addAll(arguments);
        return finished(command, environment);
    }

    @Override
    public Finished shell(String commandLine) throws IOException, InterruptedException {
        return finished(List.of("/bin/sh", "-c", commandLine), Map.of());
    }

    private Finished finished(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        var out = Files.createTempFile(directory, "out", "");
        var err = Files.createTempFile(directory, "err", "");
        var builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.directory((Files.isDirectory(settings().dataDir()) ? settings().dataDir() : directory).toFile());
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C");
        var process = builder.start();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("%s ended in time", command)
                .isTrue();
        return new Finished(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(settings().dataDir().resolve("postmaster.pid"))) {
            try {
                run("pg_ctl", List.of("-D", data(), "-m", "immediate", "-w", "stop"), Map.of());
            } catch (InterruptedException testIsCancelled) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
