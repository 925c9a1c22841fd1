package io.orangery.simulation;

import io.orangery.core.cluster.Lsn;
import java.time.Duration;
import java.util.List;

/** One replication connection: a WAL sender on one server, a WAL receiver on another, and what each end knows. */
final class WalStream {
    /** wal_sender_timeout and wal_receiver_timeout: an end that hears nothing gives up. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final World world;
    private final PostgresServer sender;
    private final PostgresServer receiver;
    private final long senderRun;
    private final long receiverRun;
    private final Lsn caughtUpAt;
    private Lsn sent;
    private Lsn flushed;
    private Lsn replayed;
    private boolean senderOpen = true;
    private boolean receiverOpen = true;
    private boolean silent;

    WalStream(World world, PostgresServer sender, PostgresServer receiver) {
        this.world = world;
        this.sender = sender;
        this.receiver = receiver;
        this.senderRun = sender.run();
        this.receiverRun = receiver.run();
        this.caughtUpAt = sender.wal().end();
        this.sent = receiver.wal().end();
        this.flushed = sent;
        this.replayed = receiver.wal().replayed();
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
        if (!senderOpen || records.isEmpty()) {
            return;
        }
        sent = records.getLast().end();
        transmit(sender, receiver, () -> {
            if (receiverOpen && receiver.run() == receiverRun) {
                receiver.received(this, records);
            }
        });
    }

    /** The receiver reports what it has. */
    void report(Lsn nowFlushed, Lsn nowReplayed) {
        transmit(receiver, sender, () -> {
            if (senderOpen && sender.run() == senderRun) {
                flushed = Lsn.max(flushed, nowFlushed);
                replayed = Lsn.max(replayed, nowReplayed);
                sender.progressed();
            }
        });
    }

    private void transmit(PostgresServer from, PostgresServer to, Runnable arrival) {
        if (!world.network().open(from.host(), to.host()) && !silent) {
            silent = true;
            world.clock().after(SILENCE, () -> {
                closeSender();
                closeReceiver();
            });
        }
        world.network().send(from.host(), to.host(), arrival);
    }

    /** The sender's process ends or wants no more: the receiver hears of it if the network lets it. */
    void endedBySender() {
        senderOpen = false;
        world.network().send(sender.host(), receiver.host(), this::closeReceiver);
    }

    void endedByReceiver() {
        receiverOpen = false;
        world.network().send(receiver.host(), sender.host(), this::closeSender);
    }

    private void closeReceiver() {
        if (receiverOpen) {
            receiverOpen = false;
            receiver.disconnected(this);
        }
    }

    private void closeSender() {
        if (senderOpen) {
            senderOpen = false;
            if (sender.run() == senderRun) {
                sender.progressed();
            }
        }
    }

    boolean senderOpen() {
        return senderOpen;
    }
}
