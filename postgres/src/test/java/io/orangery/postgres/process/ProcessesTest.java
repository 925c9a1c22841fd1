package io.orangery.postgres.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are no PostgreSQL, to try what is done with them. */
class ProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void exitIsSeen() throws Exception {
        Process process = new ProcessBuilder("sleep", "600").start();
        Postmaster watched = Postmaster.watch(process.pid(), directory);

        assertThat(watched.alive()).isTrue();
        assertThat(watched.awaitExit(Duration.ofMillis(1))).isFalse();
        assertThat(watched.signal(Signal.TERM)).isTrue();

        assertThat(watched.awaitExit(PATIENCE)).isTrue();
        assertThat(watched.alive()).isFalse();
        assertThat(watched.signal(Signal.TERM)).isFalse();
    }

    @Test
    void processThatIsGoneCountsAsExited() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();

        assertThat(Postmaster.watch(process.pid(), directory).awaitExit(PATIENCE))
                .isTrue();
    }

    @Test
    void exitOfAnybodysProcessIsWaitedFor() throws Exception {
        Process process = new ProcessBuilder("sleep", "600").start();
        assertThat(ProcessTree.awaitExit(process.pid(), Duration.ofMillis(50))).isFalse();
        process.destroy();
        assertThat(ProcessTree.awaitExit(process.pid(), PATIENCE)).isTrue();
        process.waitFor();
        assertThat(ProcessTree.awaitExit(process.pid(), PATIENCE)).isTrue();
    }

    @Test
    void whatAnAgentOfHighPriorityStartsGetsTheOrdinaryOne() throws Exception {
        assertThat(Priority.nice("7 (a) b) S 1 7 7 0 -1 4194560 9 0 0 0 0 0 0 0 15 -5 1 0 33"))
                .isEqualTo(-5);
        assertThat(Priority.lowered(List.of("pg_ctl", "stop"), 0)).containsExactly("pg_ctl", "stop");

        Subprocess.Result lowered = run(Priority.lowered(List.of("nice"), 3), Map.of());
        Subprocess.Result own = run(List.of("nice"), Map.of());
        assertThat(Integer.parseInt(lowered.stdout().strip()))
                .isEqualTo(Math.min(19, Integer.parseInt(own.stdout().strip()) + 3));
    }

    @Test
    void killingTakesTheChildrenToo() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", "sleep 600 & sleep 600 & wait").start();
        while (ProcessTree.childrenOf(parent.pid()).size() < 2) {
            assertThat(parent.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        List<Long> children = ProcessTree.childrenOf(parent.pid());
        Postmaster watched = Postmaster.watch(parent.pid(), directory);

        watched.killWithChildren();

        assertThat(watched.awaitExit(PATIENCE)).isTrue();
        for (long child : children) {
            assertThat(Postmaster.watch(child, directory).awaitExit(PATIENCE)).isTrue();
        }
    }

    @Test
    void outputAndExitCodeOfAProgramAreKept() throws Exception {
        Subprocess.Result result =
                run(List.of("sh", "-c", "echo out; echo first >&2; echo last >&2; exit 3"), Map.of());

        assertThat(result).isEqualTo(new Subprocess.Result(3, "out\n", "first\nlast\n"));
        assertThat(result.summary()).isEqualTo("exit code 3: first | last");
    }

    @Test
    void muchOutputIsCutToItsEnd() throws Exception {
        Subprocess.Result result = run(List.of("sh", "-c", "seq 1 200000"), Map.of());

        assertThat(result.stdout()).endsWith("199999\n200000\n").hasSizeLessThan(300 * 1024);
    }

    @Test
    void cancelledProgramIsEnded() throws Exception {
        Path began = directory.resolve("began");
        var thrown = new AtomicReference<Throwable>();
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                run(
                        List.of(
                                "sh",
                                "-c",
                                "echo $$ > " + began + ".tmp; mv " + began + ".tmp " + began + "; sleep 600"),
                        Map.of());
            } catch (IOException | InterruptedException ended) {
                thrown.set(ended);
            }
        });
        awaitFile(began, List.of(waiting));

        waiting.interrupt();
        waiting.join(PATIENCE);

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        long pid = Long.parseLong(Files.readString(began).strip());
        assertThat(Postmaster.watch(pid, directory).awaitExit(PATIENCE)).isTrue();
    }

    @Test
    void childThatIsLeftBehindHoldsNothingUp() throws Exception {
        Subprocess.Result result = run(List.of("sh", "-c", "sleep 600 & echo $!"), Map.of());

        long child = Long.parseLong(result.stdout().strip());
        try (var watched = Postmaster.watch(child, directory)) {
            assertThat(watched.alive()).isTrue();
            watched.signal(Signal.KILL);
            assertThat(watched.awaitExit(PATIENCE)).isTrue();
        }
    }

    @Test
    void silentProgramsTakeNoCarrierFromVirtualThreads() throws Exception {
        List<Thread> waiting = new ArrayList<>();
        List<Path> begun = new ArrayList<>();
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            Path began = directory.resolve("silent-" + i);
            begun.add(began);
            waiting.add(Thread.ofPlatform().start(() -> {
                try {
                    run(List.of("sh", "-c", "touch " + began + "; exec sleep 600"), Map.of());
                } catch (IOException | InterruptedException ended) {
                    // As the test wants it.
                }
            }));
        }
        try {
            begun.forEach(began -> awaitFile(began, waiting));
            var ran = new CompletableFuture<Boolean>();
            Thread.ofVirtual().start(() -> ran.complete(true));
            assertThat(ran).succeedsWithin(PATIENCE);
        } finally {
            for (Thread thread : waiting) {
                thread.interrupt();
                thread.join(PATIENCE);
            }
        }
    }

    private static void awaitFile(Path file, List<Thread> whileAlive) {
        while (!Files.exists(file)) {
            assertThat(whileAlive).allMatch(Thread::isAlive);
            Thread.onSpinWait();
        }
    }

    @Test
    void programsOfPostgresqlDoNotSeeTheAgentsVariables() {
        var environment = new java.util.HashMap<>(Map.of(
                "PATRONI_SUPERUSER_PASSWORD", "x",
                "KUBERNETES_SERVICE_HOST", "x",
                "NOTIFY_SOCKET", "x",
                "PATH", "/bin"));

        Subprocess.removeOwnVariables(environment);

        assertThat(environment).containsOnlyKeys("PATH");
    }

    @Test
    void missingProgramIsAnErrorThatNamesIt() {
        assertThatThrownBy(() -> run(List.of("/nowhere/pg_controldata"), Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/nowhere/pg_controldata");
    }

    private static Subprocess.Result run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        return Subprocess.run(command, Subprocess.Environment.TOOL, environment, Optional.empty());
    }
}
