package io.orangery.ctl.output;

import io.orangery.protocol.StoredKey;
import java.util.SortedMap;
import java.util.TreeMap;

/** The keys of a scope, put down as they stand in the store. */
final class Keys {
    static final String IDENTIFIER = "7277694203142172922";
    static final long END = 0x5000000;

    private final SortedMap<String, StoredKey> entries = new TreeMap<>();

    /** Of a primary and two standbys, the second of which is 10 MB behind. */
    static Keys demo() {
        return new Keys()
                .with("initialize", IDENTIFIER)
                .with("leader", "alpha")
                .with("status", "{'optime': 83886080}")
                .with("members/alpha", leader("10.0.0.11:5432"))
                .with("members/bravo", standby("10.0.0.12:5432", END, ""))
                .with("members/charlie", standby("10.0.0.13:5432", 0x4600000, ""));
    }

    /** @param json with single quotes */
    Keys with(String path, String json) {
        entries.put(path, new StoredKey(json.replace('\'', '"'), 1, 1, ""));
        return this;
    }

    SortedMap<String, StoredKey> entries() {
        return entries;
    }

    static String leader(String address) {
        return "{'conn_url': 'postgres://%s/postgres', 'state': 'running', 'role': 'primary', 'timeline': 3,"
                        .formatted(address)
                + " 'xlog_location': 83886080}";
    }

    /** @param more fields, each with a comma in front */
    static String standby(String address, long replayed, String more) {
        return ("{'conn_url': 'postgres://%s/postgres', 'state': 'running', 'role': 'replica', 'timeline': 3,"
                        + " 'replication_state': 'streaming', 'receive_lsn': %d, 'replay_lsn': %d%s}")
                .formatted(address, END, replayed, more);
    }
}
