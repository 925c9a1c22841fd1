package io.orangery.dcs.zookeeper;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session with the ensemble and the client that speaks for it, from opening to expiry. Any thread; only {@link #leave} and
 * {@link #end} block.
 */
final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** What the session tells the connection it belongs to, on the client's event thread. */
    interface Events {
        void connected(Session session);

        void disconnected(Session session);

        /** It has expired or was refused: it will never be connected again. */
        void ended(Session session);
    }

    private final Client client;
    private final Duration requested;
    private volatile boolean connected;
    private volatile boolean ended;
    private volatile boolean watched;
    private volatile boolean oneShotWatches;
    private volatile Optional<Deadline> answerDue = Optional.empty();

    /** Starts to connect and returns at once. */
    Session(ZooKeeperSection section, Duration timeout, Events events) throws IOException {
        this.requested = timeout;
        this.client = new Client(section, (int) timeout.toMillis(), event -> on(event, events));
        for (Map.Entry<String, String> credential : section.authData().entrySet()) {
            client.addAuthInfo(credential.getKey(), Node.bytes(credential.getValue()));
        }
    }

    private void on(WatchedEvent event, Events events) {
        switch (event.getState()) {
            case SyncConnected -> {
                if (event.getType() == Watcher.Event.EventType.None) {
                    connected = true;
                    answerDue = Optional.empty();
                    events.connected(this);
                }
            }
            case Disconnected -> {
                connected = false;
                events.disconnected(this);
            }
            case Expired, AuthFailed, Closed -> {
                connected = false;
                ended = true;
                events.ended(this);
            }
            default -> LOG.debug("session event {}", event);
        }
    }

    ZooKeeper client() {
        return client;
    }

    boolean isConnected() {
        return connected;
    }

    boolean hasEnded() {
        return ended;
    }

    long id() {
        return client.getSessionId();
    }

    Duration requested() {
        return requested;
    }

    /** What the server granted; empty before it was asked. */
    Optional<Duration> granted() {
        int millis = client.getSessionTimeout();
        return millis > 0 ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
    }

    boolean isWatched() {
        return watched;
    }

    void watched() {
        watched = true;
    }

    /** True for a server without recursive watches (before 3.6): reads leave one-shot watches instead. */
    boolean needsOneShotWatches() {
        return oneShotWatches;
    }

    void useOneShotWatches() {
        watched = true;
        oneShotWatches = true;
    }

    /**
     * Asks the server for a sign of life, or, when the last one is overdue, drops the connection, so that the client turns to the next
     * server with the same session. The client alone would wait for two thirds of the session timeout (dcs-layout 12.1).
     */
    void probe(String path, Duration patience) {
        if (answerDue.filter(Deadline::passed).isPresent()) {
            LOG.warn("no answer within {} ms: turning to the next server", patience.toMillis());
            answerDue = Optional.empty();
            dropConnection();
        } else if (answerDue.isEmpty()) {
            answerDue = Optional.of(Deadline.in(patience));
        }
        client.exists(path, false, (code, asked, context, stat) -> answerDue = Optional.empty(), null);
    }

    private void dropConnection() {
        try {
            client.getTestable().closeSocket();
        } catch (IOException closing) {
            LOG.debug("the connection was closed already", closing);
        }
    }

    /** Disconnects and leaves the session, with its ephemeral nodes, to its timeout: what the death of the process would do. */
    void leave() {
        client.leave();
    }

    /** Ends the session: its ephemeral nodes vanish. Only for one that has none. */
    void end(Duration patience) {
        client.end(patience);
    }

    private static final class Client extends ZooKeeper {
        Client(ZooKeeperSection section, int timeoutMillis, Watcher watcher) throws IOException {
            super(section.connectString(), timeoutMillis, watcher, section.clientSettings());
        }

        void leave() {
            cnxn.disconnect();
        }

        void end(Duration patience) {
            try {
                close((int) patience.toMillis());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public synchronized void close() {
            try {
                super.close();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
