package io.orangery.formation;

import java.util.Map;

/** A server that holds the leases of a formation, as a process of its own on loopback. */
public sealed interface DcsServer extends AutoCloseable permits EtcdServerProcess, ZooKeeperServerProcess {

    /** The kinds that a formation can be started with. */
    enum Kind {
        ZOOKEEPER,
        ETCD
    }

    /** The name of its section in a node's configuration, and what that section contains. */
    Map<String, Object> section();

    /** One line for people: what it is and where it listens. */
    String description();

    /** The process, for tests that freeze or kill it. */
    ServerProcess process();

    /** Stops the server; returns when its process has ended. */
    @Override
    void close();
}
