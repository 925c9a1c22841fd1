package io.orangery.actors.mesh;

import akka.actor.typed.Behavior;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.policy.View;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Tree;
import io.orangery.protocol.mesh.MeshAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts, joins, leaves and restarts the mesh's actor system, as {@link MeshPlan} says. Everything happens on one thread of its own, so that
 * starting a system never holds up the node; the few methods for other threads say so.
 */
final class MeshLife {
    private static final Logger LOG = LoggerFactory.getLogger(MeshLife.class);

    /** For what nobody tells: a join that did not succeed, a store that answers again. */
    private static final Duration TICK = Duration.ofSeconds(1);

    /** Between two starts: a mesh that throws this node out is not tried in a loop. */
    private static final Duration BETWEEN_STARTS = Duration.ofSeconds(3);

    /** After a start that failed: a port that is taken stays so for a while, and a leader must not write new records meanwhile. */
    private static final Duration AFTER_FAILED_START = Duration.ofSeconds(30);

    /** A worker that is in no mesh reads group 0 this often; else once in {@code loop_wait}. */
    private static final Duration READ_WHILE_OUTSIDE = Duration.ofSeconds(2);

    private static final Duration LONGEST_GOOD_BYE = Duration.ofSeconds(8);

    private final NodeSettings settings;
    private final Optional<MeshTls> tls;
    private final Dcs dcs;
    private final Ticker ticker;
    private final Supplier<String> ids;
    private final Behavior<MeshEndpoint.Command> endpoint;
    private final Supplier<View> views;
    private final Runnable addressChanged;
    private final int listenPort;
    private final MeshAddress self;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("mesh").factory());
    private final AtomicBoolean woken = new AtomicBoolean();

    private volatile Optional<MeshSystem> system = Optional.empty();
    private volatile MeshAddress advertised;
    private volatile boolean closed;

    // Only the thread "mesh" touches what follows.
    private Optional<MeshPlan.Present> present = Optional.empty();
    private boolean busy;
    private Duration notBefore = Duration.ZERO;
    private Optional<String> key = Optional.empty();
    private Optional<ClusterView> coordinator = Optional.empty();
    private Optional<Duration> coordinatorAskedAt = Optional.empty();
    private Absences absences = Absences.NONE;
    private String said = "";

    /**
     * @param views the latest view; null before the first
     * @param addressChanged called on the thread "mesh"
     */
    MeshLife(
            NodeSettings settings,
            Optional<MeshTls> tls,
            Dcs dcs,
            Ticker ticker,
            Supplier<String> ids,
            Behavior<MeshEndpoint.Command> endpoint,
            Supplier<View> views,
            Runnable addressChanged) {
        this.settings = settings;
        this.tls = tls;
        this.dcs = dcs;
        this.ticker = ticker;
        this.ids = ids;
        this.endpoint = endpoint;
        this.views = views;
        this.addressChanged = addressChanged;
        this.listenPort =
                settings.mesh().listenPort() == 0 ? freePort() : settings.mesh().listenPort();
        int connectPort = settings.mesh().connectPort() == 0
                ? listenPort
                : settings.mesh().connectPort();
        this.self = new MeshAddress(Optional.empty(), settings.mesh().connectHost(), connectPort);
        this.advertised = self;
    }

    /** The same port for every system that is started here: the address stands in the member key. */
    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[4]))) {
            return probe.getLocalPort();
        } catch (IOException noPort) {
            throw new UncheckedIOException("mesh: no free port", noPort);
        }
    }

    // --- any thread
    // ------------------------------------------------------------------------------------------------------------------

    void begin() {
        thread.scheduleWithFixedDelay(this::examine, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    MeshAddress address() {
        return advertised;
    }

    Optional<MeshSystem> system() {
        return system;
    }

    /** Many at once count as one. */
    void wake() {
        if (!closed && woken.compareAndSet(false, true)) {
            perform(() -> {
                woken.set(false);
                examine();
            });
        }
    }

    private void perform(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException over) {
            LOG.debug("the mesh is closed: {}", over.toString());
        }
    }

    void close() {
        closed = true;
        thread.shutdown();
        system.ifPresent(running -> {
            running.leave();
            try {
                running.ended().toCompletableFuture().get(LONGEST_GOOD_BYE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException late) {
                LOG.info("the mesh was left without a good-bye: {}", late.toString());
            }
        });
    }

    // --- the thread "mesh"
    // -----------------------------------------------------------------------------------------------------------

    /** A failure must not end the schedule: the next look may succeed. */
    private void examine() {
        try {
            View view = views.get();
            if (closed || view == null) {
                return;
            }
            look();
            removeGone(view);
            readCoordinator(view);
            if (!busy) {
                Surroundings.of(view, coordinator, key, self).ifPresent(around -> {
                    key = Optional.of(around.key());
                    carryOut(MeshPlan.decide(around, present, ticker.now()));
                });
            }
        } catch (RuntimeException failure) {
            LOG.warn("the mesh is not looked after: {}", failure.toString());
        }
    }

    /** What became of joining, and what is therefore to be advertised. */
    private void look() {
        boolean joined = !busy && system.filter(MeshSystem::joined).isPresent();
        present = present.map(
                mine -> new MeshPlan.Present(mine.id(), joined, mine.founder(), mine.since(), mine.contacts()));
        MeshAddress next = present.filter(MeshPlan.Present::joined)
                .map(mine -> self.in(mine.id()))
                .orElse(self);
        if (!next.equals(advertised)) {
            advertised = next;
            LOG.info("mesh address is {}", next);
            addressChanged.run();
        }
    }

    private void removeGone(View view) {
        if (system.isEmpty() || busy) {
            absences = Absences.NONE;
            return;
        }
        Set<Absences.Unreachable> unreachable = system.get().unreachable();
        absences = absences.after(view, unreachable);
        for (MeshAddress gone : absences.gone(view, unreachable)) {
            LOG.info("{} is not reached and has had no member key for twice loop_wait: removed from the mesh", gone);
            system.get().down(gone);
        }
    }

    private void readCoordinator(View view) {
        boolean inside = present.filter(MeshPlan.Present::joined).isPresent();
        Duration pause = inside ? view.dynamic().loopWait() : READ_WHILE_OUTSIDE;
        Duration now = ticker.now();
        if (!settings.citusWorker()
                || coordinatorAskedAt
                        .filter(at -> now.minus(at).compareTo(pause) < 0)
                        .isPresent()) {
            return;
        }
        coordinatorAskedAt = Optional.of(now);
        dcs.readGroup(GroupId.COORDINATOR.number())
                .whenComplete((answer, failure) -> perform(() -> {
                    boolean known = coordinator.isPresent();
                    coordinator = failure == null && answer instanceof Answer.Done<Tree>(Tree tree)
                            ? Optional.of(MeshRecord.group0(tree))
                            : Optional.empty();
                    if (!known || present.filter(MeshPlan.Present::joined).isEmpty()) {
                        examine();
                    }
                }));
    }

    private void carryOut(MeshPlan plan) {
        if (!plan.why().equals(said)) {
            said = plan.why();
            LOG.info("mesh: {}", said);
        }
        switch (plan) {
            case MeshPlan.Stay stay -> {}
            case MeshPlan.Found found -> found(found);
            case MeshPlan.Enter enter -> enter(enter.id(), false, enter.contacts());
            case MeshPlan.Join join -> {
                present = present.map(
                        mine -> new MeshPlan.Present(mine.id(), false, mine.founder(), mine.since(), join.contacts()));
                system.ifPresent(running -> running.join(join.contacts()));
            }
        }
    }

    /** The record first: whoever loses the race for it joins the winner instead. */
    private void found(MeshPlan.Found found) {
        if (tooSoon()) {
            return;
        }
        busy = true;
        String id = ids.get().replaceAll("[^A-Za-z0-9]", "");
        String fresh = id.substring(0, Math.min(12, id.length()));
        MeshRecord.replace(dcs, found, fresh)
                .whenComplete((answer, failure) -> perform(() -> {
                    busy = false;
                    if (failure == null && answer.succeeded()) {
                        enter(fresh, true, Set.of());
                    } else {
                        LOG.info("no mesh was begun: {}", failure == null ? answer : failure.getMessage());
                        notBefore = ticker.now().plus(BETWEEN_STARTS);
                    }
                }));
    }

    private boolean tooSoon() {
        return ticker.now().compareTo(notBefore) < 0;
    }

    private void enter(String id, boolean founder, Set<MeshAddress> contacts) {
        if (!founder && tooSoon()) {
            return;
        }
        if (system.isEmpty()) {
            launch(id, founder, contacts);
            return;
        }
        busy = true;
        look();
        MeshSystem old = system.get();
        old.leave();
        old.ended()
                .whenComplete((done, failure) -> perform(() -> {
                    system = Optional.empty();
                    present = Optional.empty();
                    busy = false;
                    if (!closed) {
                        launch(id, founder, contacts);
                    }
                }));
    }

    private void launch(String id, boolean founder, Set<MeshAddress> contacts) {
        notBefore = ticker.now().plus(BETWEEN_STARTS);
        MeshSystem started;
        try {
            started = MeshSystem.start(
                    self.in(id), settings.mesh(), listenPort, settings.group(), tls, endpoint, this::heard);
        } catch (RuntimeException | LinkageError failure) {
            LOG.warn("the mesh node was not started on port {}", listenPort, failure);
            notBefore = ticker.now().plus(AFTER_FAILED_START);
            return;
        }
        system = Optional.of(started);
        present = Optional.of(new MeshPlan.Present(id, false, founder, ticker.now(), contacts));
        started.ended().whenComplete((done, failure) -> perform(() -> ended(started)));
        if (closed) {
            started.leave();
        } else if (founder) {
            started.found();
        } else {
            started.join(contacts);
        }
    }

    /** On a thread of the system. */
    private void heard(boolean quarantined) {
        if (quarantined) {
            system.ifPresent(MeshSystem::leave);
        }
        wake();
    }

    /** Declared gone by the others, or quarantined: another system may come back. */
    private void ended(MeshSystem over) {
        if (system.filter(running -> running == over).isPresent() && !busy) {
            LOG.info("the mesh node of mesh {} has ended", over.id());
            system = Optional.empty();
            present = Optional.empty();
            examine();
        }
    }
}
