package io.orangery.protocol;

/**
 * A key of the store as it was read, whatever the store.
 *
 * @param version for compare-and-set, never 0
 * @param modifyVersion changes whenever the content may have changed
 * @param session lease or session that the key is bound to; empty when none
 */
public record StoredKey(String value, long version, long modifyVersion, String session) {}
