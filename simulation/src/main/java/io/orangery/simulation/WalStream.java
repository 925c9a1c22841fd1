package io.orangery.simulation;

import io.orangery.core.cluster.Lsn;
import java.time.Duration;
import java.util.List;

/** One replication connection: a WAL sender on one server, a WAL receiver on another, and what each end knows. */
final class WalStream {
    private static final Duration KEEPALIVE = Duration.ofSeconds(20);

    private final World world;
    private final PostgresServer sender;
    private final PostgresServer receiver;
    private final long senderRun;
    private final long receiverRun;
    private final Pipe down;
    private final Pipe up;
    private final Lsn caughtUpAt;
    private Lsn sent;
    private Lsn flushed;
    private Lsn replayed;
    private Duration heardAt;
    private boolean senderOpen = true;
    private boolean receiverOpen = true;

    WalStream(World world, PostgresServer sender, PostgresServer receiver) {
        this.world = world;
        this.sender = sender;
        this.receiver = receiver;
        this.senderRun = sender.run();
        this.receiverRun = receiver.run();
        this.down = new Pipe(world, sender.host(), receiver.host(), this::closeSender);
        this.up = new Pipe(world, receiver.host(), sender.host(), this::closeReceiver);
        this.caughtUpAt = sender.wal().end();
        this.sent = receiver.wal().end();
        this.flushed = sent;
        this.replayed = receiver.wal().replayed();
        this.heardAt = world.clock().now();
        world.clock().after(KEEPALIVE, this::keepAlive);
    }

    PostgresServer sender() {
        return sender;
    }

    PostgresServer receiver() {
        return receiver;
    }

    /** State {@code streaming} of pg_stat_replication, as against {@code catchup}. */
    boolean streaming() {
        return senderOpen && flushed.atLeast(caughtUpAt);
    }

    boolean senderOpen() {
        return senderOpen;
    }

    boolean receiving() {
        return receiverOpen;
    }

    Lsn flushed() {
        return flushed;
    }

    Lsn replayed() {
        return replayed;
    }

    /** Sends what the sender has flushed and not sent yet. */
    void push() {
        List<Wal.Entry> records = sender.wal().after(sent);
        if (senderOpen && !records.isEmpty()) {
            sent = records.getLast().end();
            toReceiver(() -> receiver.received(this, records));
        }
    }

    /** The receiver reports what it has. */
    void report(Lsn nowFlushed, Lsn nowReplayed) {
        if (receiverOpen) {
            toSender(() -> {
                flushed = Lsn.max(flushed, nowFlushed);
                replayed = Lsn.max(replayed, nowReplayed);
                sender.progressed();
            });
        }
    }

    /** Both ends give up after a minute in which they heard nothing. */
    private void keepAlive() {
        if (receiverOpen && world.clock().now().minus(heardAt).compareTo(Pipe.SILENCE) > 0) {
            closeReceiver();
        }
        if (senderOpen && sender.run() == senderRun) {
            toReceiver(() -> {});
        }
        if (senderOpen || receiverOpen) {
            world.clock().after(KEEPALIVE, this::keepAlive);
        }
    }

    private void toReceiver(Runnable effect) {
        down.send(() -> {
            if (receiver.run() != receiverRun) {
                reset(receiver, sender, this::closeSender);
            } else if (receiverOpen) {
                heardAt = world.clock().now();
                effect.run();
            }
        });
    }

    private void toSender(Runnable effect) {
        up.send(() -> {
            if (sender.run() != senderRun) {
                reset(sender, receiver, this::closeReceiver);
            } else if (senderOpen) {
                effect.run();
            }
        });
    }

    /** The host answers for a process that is not there any more. */
    private void reset(PostgresServer from, PostgresServer to, Runnable close) {
        world.network().send(from.host(), to.host(), close);
    }

    /** The sender's process ends or wants no more: the receiver hears of it if the network lets it. */
    void endedBySender() {
        senderOpen = false;
        down.send(this::closeReceiver);
    }

    void endedByReceiver() {
        receiverOpen = false;
        up.send(this::closeSender);
    }

    /** Its host died: it says nothing. */
    void vanishedSender() {
        senderOpen = false;
        down.close();
    }

    void vanishedReceiver() {
        receiverOpen = false;
        up.close();
    }

    private void closeReceiver() {
        if (receiverOpen) {
            receiverOpen = false;
            up.close();
            if (receiver.run() == receiverRun) {
                receiver.disconnected(this);
            }
        }
    }

    private void closeSender() {
        if (senderOpen) {
            senderOpen = false;
            down.close();
            if (sender.run() == senderRun) {
                sender.progressed();
            }
        }
    }
}
