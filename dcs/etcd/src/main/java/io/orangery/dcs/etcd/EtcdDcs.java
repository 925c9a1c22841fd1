package io.orangery.dcs.etcd;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.keyvalue.LeasedDcs;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One member's connection to etcd. It has one thread, the event loop of its sockets; timers run on it and stages complete on it, so whoever
 * blocks it stops the connection.
 */
public final class EtcdDcs extends LeasedDcs {
    private final EventLoopGroup thread;
    private final Duration longestOperation;

    private EtcdDcs(EtcdStore store, DcsSettings settings, EventLoopGroup thread) {
        super(
                store,
                settings,
                new MonotonicTicker(),
                (delay, task) -> thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS),
                () -> ThreadLocalRandom.current().nextDouble());
        this.thread = thread;
        this.longestOperation = settings.retryTimeout().plusSeconds(1);
    }

    /** @throws io.orangery.dcs.DcsProvider.InvalidDcsSection naming key, value and what was expected */
    public static EtcdDcs open(DcsSettings settings) {
        EtcdSection section = EtcdSection.of(settings);
        EventLoopGroup thread =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("etcd", true), NioIoHandler.newFactory());
        Endpoints endpoints = new Endpoints(section, settings, thread);
        return new EtcdDcs(new EtcdStore(endpoints, section.login()), settings, thread);
    }

    /** The thread, a daemon, lives on until everything that was under way has got its answer. */
    @Override
    public void close() {
        super.close();
        if (!thread.isShuttingDown()) {
            thread.schedule(
                    () -> thread.shutdownGracefully(0, 1, TimeUnit.SECONDS),
                    longestOperation.toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }
}
