package io.orangery.postgres.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One postmaster, launched or taken over. Its exit is noticed at once by a thread of its own (design.md 1: an outage when only PostgreSQL
 * dies lasts at most a second).
 */
public final class Postmaster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);

    /** Only how soon the watching thread notices that nobody wants to know any more; the exit itself wakes it at once. */
    private static final Duration WATCH_SLICE = Duration.ofSeconds(1);

    private final long pid;
    private final Path dataDir;
    private final Optional<PidFd> pidFd;
    private final CompletableFuture<Void> exit = new CompletableFuture<>();
    private volatile boolean closed;

    private Postmaster(long pid, Path dataDir, Optional<PidFd> pidFd) {
        this.pid = pid;
        this.dataDir = dataDir;
        this.pidFd = pidFd;
    }

    static Postmaster watch(long pid, Path dataDir) {
        var postmaster = new Postmaster(pid, dataDir, PidFd.open(pid));
        postmaster.startWatching();
        return postmaster;
    }

    private void startWatching() {
        if (pidFd.isPresent()) {
            Thread.ofPlatform()
                    .name("postmaster-exit-" + pid)
                    .daemon()
                    .stackSize(256 * 1024)
                    .start(() -> watch(pidFd.get()));
            return;
        }
        ProcessHandle.of(pid).ifPresentOrElse(this::watchByPolling, () -> exit.complete(null));
    }

    private void watch(PidFd descriptor) {
        try (descriptor) {
            while (!closed) {
                if (descriptor.awaitExit(WATCH_SLICE)) {
                    descriptor.reap();
                    exit.complete(null);
                    return;
                }
            }
        }
    }

    private void watchByPolling(ProcessHandle process) {
        LOG.warn("pidfd_open is not available: the exit of postmaster {} will be noticed late, by polling", pid);
        process.onExit().thenRun(() -> exit.complete(null));
    }

    public long pid() {
        return pid;
    }

    /** Completed when the process has exited; callbacks run on the watching thread and must be short. */
    public CompletableFuture<Void> exit() {
        return exit.copy();
    }

    public boolean alive() {
        return !exit.isDone();
    }

    /** @return false when the limit was over first */
    public boolean awaitExit(Duration limit) throws InterruptedException {
        try {
            exit.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException stillThere) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("the exit of a process never fails", impossible);
        }
    }

    /** @return false when it is gone already */
    public boolean signal(Signal signal) {
        return alive() && pidFd.map(fd -> fd.signal(signal)).orElseGet(() -> PidFd.kill(pid, signal));
    }

    /** Startup is over, as {@code postmaster.pid} says. */
    public boolean started() {
        return pidFile().map(PostmasterPid::startupOver).orElse(false);
    }

    /** It is on its way down, whoever asked for it. */
    public boolean stopping() {
        return pidFile().map(file -> file.status().equals("stopping")).orElse(false);
    }

    private Optional<PostmasterPid> pidFile() {
        return PostmasterPid.read(dataDir).filter(file -> file.pid() == pid);
    }

    /**
     * Kills it with everything it started. It is suspended first, or it would go on starting processes between listing and killing; backends
     * have sessions of their own, so only the parent id finds them.
     */
    public void killWithChildren() {
        LOG.warn("killing postmaster {} with its children", pid);
        signal(Signal.STOP);
        for (int round = 0; round < 2; round++) {
            ProcessTree.childrenOf(pid).forEach(child -> PidFd.kill(child, Signal.KILL));
        }
        signal(Signal.KILL);
    }

    /** Ask it to promote: what {@code pg_ctl promote} and {@code pg_promote()} do, without needing a connection. */
    public boolean promote() throws IOException {
        Path trigger = dataDir.resolve("promote");
        Files.writeString(trigger, "");
        if (signal(Signal.USR1)) {
            return true;
        }
        Files.deleteIfExists(trigger);
        return false;
    }

    /** Stops watching; the process is not touched. */
    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "postmaster " + pid;
    }
}
