package io.orangery.dcs.etcd;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.etcd.EtcdSection.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers, one of which is in use at a time. One channel per server, not one that balances over all: a server that takes requests and
 * does not answer must be left, and a balancer does not notice that. Any thread.
 */
final class Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);

    /** gRPC allows no shorter one; etcd itself drops clients that ping more often than every 5 s. */
    private static final Duration SHORTEST_KEEPALIVE = Duration.ofSeconds(10);

    private static final int LARGEST_ANSWER = 16 * 1024 * 1024;

    /** A channel in use. Compared by identity: a failure on an earlier one says nothing about the present one. */
    static final class Connection {
        private final Endpoint endpoint;
        private final ManagedChannel channel;
        /** Empty: not asked yet. Present and empty: the server has authentication switched off. */
        private volatile Optional<Optional<String>> token = Optional.empty();

        private Connection(Endpoint endpoint, ManagedChannel channel) {
            this.endpoint = endpoint;
            this.channel = channel;
        }

        ManagedChannel channel() {
            return channel;
        }

        Optional<Optional<String>> token() {
            return token;
        }

        void token(Optional<Optional<String>> newToken) {
            token = newToken;
        }
    }

    private final List<Endpoint> endpoints;
    private final ChannelCredentials credentials;
    private final Duration idle;
    private final Duration patience;
    private final EventLoopGroup thread;
    private int index;
    private boolean closed;
    private Optional<Connection> current = Optional.empty();

    Endpoints(EtcdSection section, DcsSettings settings, EventLoopGroup thread) {
        this.endpoints = section.endpoints();
        this.credentials = section.credentials(settings.sectionName());
        this.idle = longer(SHORTEST_KEEPALIVE, settings.loopWait().plus(settings.retryTimeout()));
        this.patience = longer(Duration.ofSeconds(1), settings.ttl().minus(idle));
        this.thread = thread;
    }

    /** Empty once closed. */
    synchronized Optional<Connection> current() {
        if (current.isEmpty() && !closed) {
            Endpoint endpoint = endpoints.get(index);
            current = Optional.of(new Connection(endpoint, open(endpoint)));
        }
        return current;
    }

    /**
     * Leaves the server that did not do its work; what is under way on it fails. With one server only, the connection is kept when the
     * server is known to be down, since that costs no time, and replaced when it swallows requests.
     *
     * @param silent true: no answer in time; false: the connection failed or the server said that it cannot serve
     */
    void failed(Connection connection, boolean silent, String why) {
        synchronized (this) {
            if (closed || current.filter(used -> used == connection).isEmpty()) {
                return;
            }
            if (endpoints.size() == 1 && !silent) {
                // Otherwise gRPC waits longer and longer, up to two minutes, before it looks again.
                connection.channel.resetConnectBackoff();
                return;
            }
            index = (index + 1) % endpoints.size();
            current = Optional.empty();
            if (endpoints.size() == 1) {
                LOG.debug("connecting anew to the only etcd server {}: {}", connection.endpoint, why);
            } else {
                LOG.info("leaving etcd server {} for {}: {}", connection.endpoint, endpoints.get(index), why);
            }
        }
        connection.channel.shutdownNow();
    }

    void close() {
        Optional<Connection> last;
        synchronized (this) {
            closed = true;
            last = current;
            current = Optional.empty();
        }
        last.ifPresent(connection -> connection.channel.shutdownNow());
    }

    private ManagedChannel open(Endpoint endpoint) {
        return NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port(), credentials)
                .eventLoopGroup(thread)
                .channelType(NioSocketChannel.class)
                // Pools of buffers, 4 MB at the least, are too much for a few small messages per second.
                .withOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false))
                .executor(thread)
                .keepAliveTime(idle.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .maxInboundMessageSize(LARGEST_ANSWER)
                // Repeating is decided where it is known what a request does.
                .disableRetry()
                // Neither a proxy of the environment nor a service configuration from DNS is meant for etcd.
                .proxyDetector(address -> null)
                .disableServiceConfigLookUp()
                .build();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
