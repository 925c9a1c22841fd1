package io.orangery.simulation;

import java.time.Duration;

/** Writes one row after the other to whoever accepts it; looks for another server when it gets no answer in time. */
final class Client {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final World world;
    private final String name;
    private String target;
    private long waitingFor;

    Client(World world, String name) {
        this.world = world;
        this.name = name;
        this.target = world.draw().oneOf(world.hosts()).name();
    }

    void begin() {
        world.clock().after(world.draw().millis(10, 60), this::write);
    }

    private void write() {
        long row = world.newRow();
        waitingFor = row;
        PostgresServer server = world.server(target);
        world.network().send(name, target, () -> {
            if (server.acceptsWrites()) {
                server.write(row, () -> world.network().send(server.host(), name, () -> answered(row)));
            } else {
                world.network().send(server.host(), name, () -> refused(row));
            }
        });
        world.clock().after(PATIENCE, () -> refused(row));
    }

    private void answered(long row) {
        if (waitingFor == row) {
            waitingFor = 0;
            begin();
        }
    }

    private void refused(long row) {
        if (waitingFor == row) {
            waitingFor = 0;
            target = world.draw().oneOf(world.hosts()).name();
            begin();
        }
    }
}
