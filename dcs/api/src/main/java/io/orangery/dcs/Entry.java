package io.orangery.dcs;

/**
 * One key as it was read.
 *
 * @param value never null, may be empty
 * @param version for compare-and-set: {@code mod_revision} of etcd, data version + 1 of ZooKeeper (so that 0 always means "absent")
 * @param modifyVersion changes whenever the content may have changed: {@code mod_revision}, {@code mzxid}
 * @param session lease or session the key is bound to, as text; empty when bound to none
 */
public record Entry(String value, long version, long modifyVersion, String session) {}
