package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Entry;
import java.nio.charset.StandardCharsets;
import org.apache.zookeeper.data.Stat;

/** A znode as one read found it. */
record Node(String value, Stat stat) {
    static Node of(byte[] data, Stat stat) {
        return new Node(data == null ? "" : new String(data, StandardCharsets.UTF_8), stat);
    }

    static byte[] bytes(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    /** ZooKeeper counts data versions from 0; the port keeps 0 for "absent". */
    static long portVersion(int dataVersion) {
        return dataVersion + 1L;
    }

    /** As ZooKeeper's own tools and logs print it; empty for a permanent node. */
    static String sessionText(long session) {
        return session == 0 ? "" : "0x" + Long.toHexString(session);
    }

    int dataVersion() {
        return stat.getVersion();
    }

    /** Session of an ephemeral node, 0 for a permanent one. */
    long owner() {
        return stat.getEphemeralOwner();
    }

    Entry entry() {
        return new Entry(value, portVersion(dataVersion()), stat.getMzxid(), sessionText(owner()));
    }
}
