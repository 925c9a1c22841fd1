package io.orangery.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Carries messages between hosts: each link keeps its order, has its own delays, and loses what is under way when it is cut or the receiver is
 * dead. Nobody is told of a loss.
 */
public final class Network {
    private record Link(String from, String to) {}

    private final VirtualClock clock;
    private final Draw draw;
    private final Map<Link, Duration> lastArrival = new HashMap<>();
    private final Set<Link> cut = new HashSet<>();
    private final Set<String> dead = new HashSet<>();

    Network(VirtualClock clock, Draw draw) {
        this.clock = clock;
        this.draw = draw;
    }

    /** Runs {@code arrival} at the receiver after the link's delay, or never. */
    public void send(String from, String to, Runnable arrival) {
        Link link = new Link(from, to);
        Duration due = clock.now().plus(draw.usuallyMillis(0.1, 1.5));
        Duration last = lastArrival.getOrDefault(link, Duration.ZERO);
        Duration inOrder = due.compareTo(last) > 0 ? due : last.plusNanos(1000);
        lastArrival.put(link, inOrder);
        clock.after(inOrder.minus(clock.now()), () -> {
            if (open(from, to)) {
                arrival.run();
            }
        });
    }

    /** Both ends live and nothing is cut in this direction. */
    public boolean open(String from, String to) {
        return !dead.contains(from) && !dead.contains(to) && !cut.contains(new Link(from, to));
    }

    void kill(String host) {
        dead.add(host);
    }

    void revive(String host) {
        dead.remove(host);
    }

    /** One direction only. */
    void cut(String from, String to) {
        cut.add(new Link(from, to));
    }

    void heal(String from, String to) {
        cut.remove(new Link(from, to));
    }
}
