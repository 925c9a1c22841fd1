package io.orangery.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** One direction of a TCP connection: everything arrives once and in order, late where the network loses it, or the connection is given up. */
final class Pipe {
    private static final Duration RETRANSMIT = Duration.ofSeconds(1);

    /** wal_sender_timeout and wal_receiver_timeout. */
    static final Duration SILENCE = Duration.ofSeconds(60);

    private final World world;
    private final String from;
    private final String to;
    private final Runnable givenUp;
    private final Deque<Runnable> underWay = new ArrayDeque<>();
    private Duration progressAt;
    private boolean armed;
    private boolean closed;

    Pipe(World world, String from, String to, Runnable givenUp) {
        this.world = world;
        this.from = from;
        this.to = to;
        this.givenUp = givenUp;
        this.progressAt = world.clock().now();
    }

    void send(Runnable arrival) {
        if (underWay.isEmpty()) {
            progressAt = world.clock().now();
        }
        underWay.add(arrival);
        transmit(arrival);
        arm();
    }

    /** Nothing arrives any more, from now on. */
    void close() {
        closed = true;
        underWay.clear();
    }

    private void transmit(Runnable arrival) {
        world.network().send(from, to, () -> {
            // Later ones wait for the retransmission of the earlier.
            if (!closed && underWay.peek() == arrival) {
                underWay.remove();
                progressAt = world.clock().now();
                arrival.run();
            }
        });
    }

    private void arm() {
        if (!armed) {
            armed = true;
            world.clock().after(RETRANSMIT, this::retransmit);
        }
    }

    private void retransmit() {
        armed = false;
        if (closed || underWay.isEmpty()) {
            return;
        }
        if (world.clock().now().minus(progressAt).compareTo(SILENCE) > 0) {
            givenUp.run();
            return;
        }
        if (world.clock().now().minus(progressAt).compareTo(RETRANSMIT) >= 0) {
            List.copyOf(underWay).forEach(this::transmit);
        }
        arm();
    }
}
