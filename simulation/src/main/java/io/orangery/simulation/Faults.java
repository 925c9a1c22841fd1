package io.orangery.simulation;

import java.util.List;

/** What goes wrong in a world, drawn from its seed. Each fault ends by itself after a while; {@link #end()} ends those that are left. */
public final class Faults {
    private final World world;
    private boolean ended;

    public Faults(World world) {
        this.world = world;
    }

    /** From now on something goes wrong every few seconds. */
    public void begin() {
        world.clock().after(world.draw().millis(200, 12_000), () -> {
            if (!ended) {
                strike();
                begin();
            }
        });
    }

    /** Everything that was taken away is given back. */
    public void end() {
        ended = true;
        world.trace().add("faults", "end");
        for (Host host : world.hosts()) {
            world.reconnect(host);
            if (!host.connectedToDcs()) {
                host.reconnectToDcs();
            }
            host.dcsIsQuick();
            if (!host.alive()) {
                host.revive();
            }
            host.startAgent();
        }
    }

    private void strike() {
        Host host = world.draw().oneOf(world.hosts());
        switch (world.draw().below(15)) {
            case 0 -> host.crashPostgres();
            case 1, 2 -> killHost(host);
            case 3, 4 -> killAgent(host);
            case 5, 6 -> cutFromDcs(host);
            case 7, 8 -> switchover(host);
            case 9 -> host.dcsIsSlow();
            case 10 -> host.loseReplies(1 + world.draw().below(4));
            case 11 -> world.restartStore(world.draw().millis(100, 30_000));
            case 12 -> host.shutDownAgent();
            case 13 -> host.restartPostgres();
            default -> isolate(host);
        }
    }

    private void killHost(Host host) {
        if (host.alive()) {
            host.kill();
            world.clock().after(world.draw().millis(500, 60_000), () -> {
                if (!host.alive()) {
                    host.revive();
                }
            });
        }
    }

    private void killAgent(Host host) {
        if (host.agentLives()) {
            host.killAgent();
            world.clock().after(world.draw().millis(500, 40_000), () -> {
                if (host.alive()) {
                    host.startAgent();
                }
            });
        }
    }

    private void cutFromDcs(Host host) {
        if (host.connectedToDcs()) {
            host.disconnectFromDcs();
            world.clock().after(world.draw().millis(500, 60_000), () -> {
                if (!host.connectedToDcs()) {
                    host.reconnectToDcs();
                }
            });
        }
    }

    private void switchover(Host to) {
        List<Host> writers = world.writers();
        if (!writers.isEmpty() && writers.getFirst() != to) {
            world.switchover(writers.getFirst(), to);
        }
    }

    /** From the other hosts, not from the DCS. */
    private void isolate(Host host) {
        world.isolate(host);
        world.clock().after(world.draw().millis(500, 30_000), () -> world.reconnect(host));
    }
}
