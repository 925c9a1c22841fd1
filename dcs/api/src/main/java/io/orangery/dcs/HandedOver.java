package io.orangery.dcs;

/** How the leader key went to the successor; which of the two is a property of the store. */
public enum HandedOver {
    /** It names the successor and hangs on the successor's lease. */
    EXCHANGED,
    /** It is gone, and {@code failover} says who is to create it: an ephemeral node cannot be given to another session (ZooKeeper). */
    RELEASED
}
