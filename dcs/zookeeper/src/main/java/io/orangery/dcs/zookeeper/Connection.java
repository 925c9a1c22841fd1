package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Timing;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current session of one member, replaced when it expires or when {@code ttl} changes, and the watch on the keys. Any thread.
 * Methods that wait take a deadline and are called on virtual threads only.
 *
 * <p>A member's connection asks its server for a sign of life every second. That keeps nothing alive that the client's own pings would not,
 * but the leader of the ensemble hears of a session only from the pings of a follower, so the later the last request, the earlier the end
 * of the session: see {@link LeaderKey}.
 */
final class Connection implements Session.Events {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(2);
    private static final Duration REFUSED_SESSION_PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSING = Duration.ofMillis(1500);

    private final ZooKeeperSection section;
    private final Paths paths;
    private final Hints hints;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Sessions whose client runs: the current one, one being prepared, and ones that end when their keys have been moved. */
    private final Set<Session> running = new HashSet<>();

    private volatile Timing timing;
    private volatile Optional<Session> current = Optional.empty();
    private volatile boolean closed;
    private Deadline notBefore = Deadline.in(Duration.ZERO);

    Connection(ZooKeeperSection section, Paths paths, Hints hints, Timing timing) {
        this.section = section;
        this.paths = paths;
        this.hints = hints;
        this.timing = timing;
        open();
        if (paths.member().isPresent()) {
            Thread.ofVirtual().name("zookeeper-probe").start(this::probe);
        }
    }

    Timing timing() {
        return timing;
    }

    void retime(Timing newTiming) {
        timing = newTiming;
    }

    boolean isClosed() {
        return closed;
    }

    Duration granted() {
        return current.flatMap(Session::granted).orElse(timing.ttl());
    }

    /** The session, once it is connected. */
    Session connected(Deadline deadline) throws Unanswered, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw new Unanswered("this connection is closed");
                }
                if (current.isEmpty() || current.get().hasEnded()) {
                    open();
                }
                if (current.isPresent() && current.get().isConnected()) {
                    return current.get();
                }
                long left = Math.min(deadline.left().toNanos(), REFUSED_SESSION_PAUSE.toNanos());
                if (left == 0) {
                    throw new Unanswered("not connected to any of " + section.connectString());
                }
                changed.await(left, TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A session that was refused, for example for wrong credentials, is not asked for again at once. */
    private void open() {
        lock.lock();
        try {
            if (!closed && notBefore.passed()) {
                current = Optional.of(start());
            }
        } catch (IOException | IllegalArgumentException failure) {
            notBefore = Deadline.in(REFUSED_SESSION_PAUSE);
            LOG.error("cannot open a session with {}: {}", section.connectString(), failure.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private void pauseBeforeNextSession() {
        lock.lock();
        try {
            notBefore = Deadline.in(REFUSED_SESSION_PAUSE);
        } finally {
            lock.unlock();
        }
    }

    private Session start() throws IOException {
        Session session = new Session(section, timing.ttl(), this);
        running.add(session);
        return session;
    }

    /**
     * After a change of {@code ttl}: replaces the session by one with the new life, once that one is connected. The old one lives on for one
     * of its own lives, in which renewals and touches move the keys. Without a connection in half of the time left all stays as it is,
     * until the next call.
     *
     * @return the session to use
     */
    Session followTtl(Session session, Deadline deadline) throws InterruptedException {
        if (session.requested().equals(timing.ttl())) {
            return session;
        }
        lock.lockInterruptibly();
        try {
            if (closed || !current.equals(Optional.of(session))) {
                return session;
            }
            Session fresh = start();
            Deadline bound = deadline.half();
            while (!fresh.isConnected() && !closed && !bound.passed()) {
                changed.await(bound.left().toNanos(), TimeUnit.NANOSECONDS);
            }
            boolean usable = fresh.isConnected() && !closed;
            if (usable) {
                current = Optional.of(fresh);
            }
            retire(usable ? session : fresh, usable ? session.granted().orElse(session.requested()) : Duration.ZERO);
            return usable ? fresh : session;
        } catch (IOException failure) {
            LOG.warn("cannot open a session for the new ttl, keeping the old one: {}", failure.getMessage());
            return session;
        } finally {
            lock.unlock();
        }
    }

    private void retire(Session session, Duration after) {
        Thread.ofVirtual().name("zookeeper-old-session").start(() -> {
            try {
                Thread.sleep(after);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            forget(session);
            session.leave();
        });
    }

    private void forget(Session session) {
        lock.lock();
        try {
            running.remove(session);
        } finally {
            lock.unlock();
        }
    }

    /** True for a session of this connection that cannot end behind its back: its client still runs. */
    boolean keepsAlive(long session) {
        lock.lock();
        try {
            return running.stream().anyMatch(own -> own.id() == session && own.isConnected());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void connected(Session session) {
        signal();
        watch(session);
    }

    @Override
    public void disconnected(Session session) {
        signal();
        if (!closed && isCurrent(session)) {
            hints.everythingMayHaveChanged();
        }
    }

    @Override
    public void ended(Session session) {
        forget(session);
        if (session.granted().isEmpty()) {
            pauseBeforeNextSession();
        }
        if (!closed && isCurrent(session)) {
            LOG.warn("session {} has ended", Node.sessionText(session.id()));
            open();
            hints.everythingMayHaveChanged();
        }
        signal();
    }

    private boolean isCurrent(Session session) {
        return current.filter(session::equals).isPresent();
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The client sets a recursive watch again by itself after each reconnect of the session. */
    private void watch(Session session) {
        if (session.isWatched()) {
            hints.everythingMayHaveChanged();
            return;
        }
        reportGrant(session);
        session.client()
                .addWatch(
                        paths.view(),
                        hints,
                        AddWatchMode.PERSISTENT_RECURSIVE,
                        (code, path, context) -> onWatched(session, Code.get(code)),
                        null);
    }

    private void onWatched(Session session, Code code) {
        if (code == Code.OK) {
            session.watched();
        } else if (session.isConnected()) {
            LOG.warn(
                    "the server offers no recursive watches ({}): changes are noticed only where the last read saw a key",
                    code);
            session.useOneShotWatches();
        }
        hints.everythingMayHaveChanged();
    }

    private void reportGrant(Session session) {
        Duration granted = session.granted().orElse(session.requested());
        if (granted.equals(session.requested())) {
            LOG.info("session {} with a timeout of {} ms", Node.sessionText(session.id()), granted.toMillis());
        } else {
            LOG.warn(
                    "ttl is {} ms but the server grants sessions of {} ms (between 2 and 20 of its ticks): leases last that long",
                    session.requested().toMillis(),
                    granted.toMillis());
        }
    }

    private void probe() {
        try {
            while (!closed) {
                Thread.sleep(PROBE_INTERVAL);
                current.filter(Session::isConnected).ifPresent(session -> session.probe(paths.base(), patience()));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** How long a connected server may stay silent (dcs-layout 12.1). */
    private Duration patience() {
        Duration patience = timing.loopWait().minusSeconds(2);
        return patience.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : patience;
    }

    /** A member leaves its session to the timeout; the command line, which has no ephemeral nodes, ends its own. Bounded. */
    void close() {
        Set<Session> last;
        lock.lock();
        try {
            closed = true;
            last = Set.copyOf(running);
            running.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Thread closing = Thread.ofVirtual().name("zookeeper-close").start(() -> last.forEach(this::close));
        try {
            closing.join(CLOSING);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void close(Session session) {
        if (paths.member().isPresent() || !session.isConnected()) {
            session.leave();
        } else {
            session.end(CLOSING);
        }
    }
}
