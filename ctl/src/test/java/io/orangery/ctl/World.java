package io.orangery.ctl;

import io.orangery.core.time.Ticker;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.memory.InMemoryDcs;
import io.orangery.dcs.memory.InMemoryStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A store in memory with cluster {@code demo} in it, the members' REST servers, and a file that leads the tool there. */
final class World implements AutoCloseable {
    record Run(int code, String out, String err) {}

    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(1);
    private final Ticker ticker = new Ticker() {
        @Override
        public Duration now() {
            return Duration.ofNanos(System.nanoTime());
        }

        @Override
        public Instant wallClock() {
            return Instant.now();
        }
    };
    private final InMemoryStore store;
    private final Dcs keys;
    private final Path file;
    final Map<String, Peer> peers = new HashMap<>();
    final Map<String, String> environment = new HashMap<>();
    Session.Pause pause = span -> {
        throw new AssertionError("nothing is to be waited for here");
    };

    World(Path folder, String configuration) {
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        store = new InMemoryStore(ticker, this::after);
        keys = open(new DcsSettings(
                Map.of(),
                "memory",
                "service",
                "demo",
                Optional.empty(),
                true,
                Optional.empty(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10)));
        file = folder.resolve("ctl.yml");
        environment.put("HOME", folder.toString());
        try {
            Files.writeString(file, configuration);
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    /** Leader alpha, standbys bravo and charlie. */
    static World plain(Path folder) {
        World world = new World(
                folder, "{scope: demo, memory: {host: here}, restapi: {authentication: {username: u, password: p}}}");
        world.group("", "alpha", "bravo", "charlie");
        return world;
    }

    /** Coordinator group of coord1 and coord2, worker group 1 of work1 and work2. */
    static World formation(Path folder) {
        World world = new World(folder, "{scope: demo, memory: {host: here}, citus: {group: 0, database: app}}");
        world.group("0/", "coord1", "coord2");
        world.group("1/", "work1", "work2");
        return world;
    }

    private void group(String path, String leader, String... standbys) {
        put(path + "initialize", "7277694203142172922");
        put(path + "leader", leader);
        put(
                path + "config",
                "{\"ttl\":30,\"loop_wait\":2,\"postgresql\":{\"parameters\":{\"max_connections\":30},\"use_pg_rewind\":true}}");
        member(path, leader, "primary", "");
        for (String standby : standbys) {
            member(path, standby, "replica", "");
        }
    }

    /** @param more fields, each with a comma in front */
    void member(String path, String name, String role, String more) {
        Peer peer = peers.computeIfAbsent(name, key -> new Peer());
        put(
                path + "members/" + name,
                "{\"conn_url\":\"postgres://%s:5432/postgres\",\"api_url\":\"%s\",\"state\":\"running\",\"role\":\"%s\"%s}"
                        .formatted(name, peer.apiUrl(), role, more));
    }

    Peer peer(String name) {
        return peers.get(name);
    }

    void put(String path, String value) {
        if (!(keys.write(path, value, Condition.always()).toCompletableFuture().join() instanceof Answer.Done<Long>)) {
            throw new AssertionError("the store in memory refused " + path);
        }
    }

    Optional<String> get(String path) {
        return Optional.ofNullable(store.snapshot().get("/service/demo/" + path))
                .map(entry -> entry.value());
    }

    void stopStore() {
        store.stop();
    }

    /** Runs the tool with this input. */
    Run run(String input, String... words) {
        return run(text(input), words);
    }

    Run run(InputStream input, String... words) {
        return runBare(
                input,
                Stream.concat(Stream.of("-c", file.toString()), Stream.of(words))
                        .toArray(String[]::new));
    }

    /** Without naming the file. */
    Run runBare(String input, String... args) {
        return runBare(text(input), args);
    }

    static InputStream text(String input) {
        return new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    }

    private Run runBare(InputStream input, String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = OrangeryCtl.run(
                args,
                environment,
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                input,
                stores(),
                span -> pause.sleep(span));
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        peers.values().forEach(Peer::close);
        keys.close();
        threads.shutdownNow();
    }

    private Stores stores() {
        return new Stores() {
            @Override
            public Set<String> sections() {
                return Set.of("memory");
            }

            @Override
            public Dcs open(DcsSettings settings) {
                return World.this.open(settings);
            }
        };
    }

    /** Less patient than the tool wants to be: the store is in memory, and stopped only to see what happens. */
    private Dcs open(DcsSettings wanted) {
        var settings = new DcsSettings(
                wanted.section(),
                wanted.sectionName(),
                wanted.namespace(),
                wanted.scope(),
                wanted.group(),
                wanted.wholeFormation(),
                wanted.member(),
                wanted.ttl(),
                wanted.loopWait(),
                Duration.ofSeconds(1));
        return InMemoryDcs.open(store, settings, ticker, this::after, () -> 0.5);
    }

    private void after(Duration delay, Runnable task) {
        if (!threads.isShutdown()) {
            threads.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
