package io.orangery.postgres.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which postmaster runs on this data directory: the one that was launched, or one that is found there. Any thread. */
public final class ServerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
    private static final Duration START_TIMES_AGREE = Duration.ofSeconds(3);

    private final Path dataDir;
    private final String postgresName;
    private final PostmasterLaunch launch;
    private final Consumer<Postmaster> onExit;
    private Optional<Postmaster> current = Optional.empty();
    private long logPosition;

    /**
     * @param postgresName name of the program file as configured
     * @param log file for what the server prints before its own log is set up
     * @param onExit called once for each postmaster, on its watching thread
     */
    public ServerProcess(Path dataDir, String postgresName, Path log, Consumer<Postmaster> onExit) {
        this.dataDir = dataDir;
        this.postgresName = postgresName;
        this.launch = new PostmasterLaunch(log);
        this.onExit = onExit;
    }

    /** The one that runs now; empty: none does. A postmaster that somebody else started is found here too. */
    public synchronized Optional<Postmaster> find() {
        current = current.filter(Postmaster::alive);
        if (current.isEmpty()) {
            current = PostmasterPid.read(dataDir)
                    .filter(file -> !file.singleUser() && ours(file))
                    .map(file -> {
                        LOG.info("found {} running on {}", file.pid(), dataDir);
                        return watch(file.pid());
                    })
                    .filter(Postmaster::alive);
        }
        return current;
    }

    /** A server in single-user mode runs on the directory: it cannot be stopped by signals, and none other can be started. */
    public Optional<Long> singleUserServer() {
        return PostmasterPid.read(dataDir)
                .filter(file -> file.singleUser() && ours(file))
                .map(PostmasterPid::pid);
    }

    /**
     * Launches one. None must run.
     *
     * @param postgres program and arguments
     */
    public synchronized Postmaster launch(List<String> postgres) throws IOException, InterruptedException {
        Optional<Long> stale = PostmasterPid.read(dataDir).map(PostmasterPid::pid);
        stale.ifPresent(pid -> LOG.info("{}/postmaster.pid was left behind with process id {}", dataDir, pid));
        logPosition = launch.position();
        long pid = launch.launch(postgres, stale);
        LOG.info("launched postmaster {} on {}, its first output is in {}", pid, dataDir, launch.log());
        Postmaster postmaster = watch(pid);
        current = Optional.of(postmaster);
        return postmaster;
    }

    /** What the server that was launched last printed, at most three lines: why it did not start. */
    public synchronized String lastOutput() {
        return launch.since(logPosition);
    }

    /** Keeps the file that the server prints to from growing for ever; cheap while it is small. */
    public void trimLog() {
        try {
            launch.trim();
        } catch (IOException failed) {
            LOG.warn("{} could not be trimmed: {}", launch.log(), failed.getMessage());
        }
    }

    private Postmaster watch(long pid) {
        Postmaster postmaster = Postmaster.watch(pid, dataDir);
        postmaster.exit().thenRun(() -> onExit.accept(postmaster));
        return postmaster;
    }

    /** ha-behaviour 30.4: a number in a file left behind may belong to anything by now. */
    private boolean ours(PostmasterPid file) {
        long pid = file.pid();
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (process.isEmpty()
                || ProcessTree.stat(pid).filter(ProcessTree.Stat::zombie).isPresent()
                || related(pid)) {
            return false;
        }
        Optional<Instant> began = process.get().info().startInstant();
        if (file.started().isPresent() && began.isPresent()) {
            Duration apart = Duration.between(file.started().get(), began.get()).abs();
            if (apart.compareTo(START_TIMES_AGREE) <= 0) {
                return true;
            }
        }
        return ProcessTree.program(pid).map(this::isPostgres).orElse(true)
                && ProcessTree.workingDirectory(pid).map(this::isDataDirectory).orElse(true);
    }

    private static boolean related(long pid) {
        ProcessHandle self = ProcessHandle.current();
        return pid == self.pid()
                || self.parent().filter(parent -> parent.pid() == pid).isPresent();
    }

    private boolean isPostgres(String program) {
        return program.equals(postgresName) || program.equals("postgres") || program.equals("postmaster");
    }

    private boolean isDataDirectory(Path directory) {
        try {
            return dataDir.toRealPath().equals(directory);
        } catch (IOException unknown) {
            return true;
        }
    }

    @Override
    public synchronized void close() {
        current.ifPresent(Postmaster::close);
    }
}
