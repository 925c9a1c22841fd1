package io.orangery.core.cluster;

import java.util.Map;
import java.util.Optional;

/**
 * What a member says of itself in its key (dcs-layout 3.4).
 *
 * @param address host and port of {@code conn_url}; empty when the key has none that can be read
 * @param connUrl as written, without credentials
 * @param apiUrl as written, ending in {@code /patroni}
 * @param softwareVersion field {@code version}, dotted numbers
 * @param walLocation field {@code xlog_location}
 * @param timeline empty when unknown
 * @param pendingRestart parameter to its old and new value; empty map when nothing waits for a restart
 * @param checkpointAfterPromote false only while a new leader has not finished its first checkpoint
 * @param meshAddress {@code akka} address of an Orangery agent; Patroni agents have none
 * @param extra fields that this version does not interpret, kept for display
 */
public record MemberData(
        Optional<HostPort> address,
        Optional<String> connUrl,
        Optional<String> apiUrl,
        PostgresState state,
        Role role,
        Optional<String> softwareVersion,
        Tags tags,
        Optional<Lsn> walLocation,
        Optional<Lsn> replayLsn,
        Optional<Lsn> receiveLsn,
        Optional<String> replicationState,
        Optional<Integer> timeline,
        Map<String, ChangedParameter> pendingRestart,
        boolean pendingRestartFlag,
        boolean checkpointAfterPromote,
        boolean pause,
        Optional<String> meshAddress,
        Map<String, Object> extra) {

    /** A parameter that waits for a restart. */
    public record ChangedParameter(String oldValue, String newValue) {}

    /** The key of a member that could not be read, or a leader whose member key is gone. */
    public static final MemberData NONE = new MemberData(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PostgresState.UNKNOWN,
            Role.UNKNOWN,
            Optional.empty(),
            Tags.NONE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            false,
            true,
            false,
            Optional.empty(),
            Map.of());

    public boolean running() {
        return state == PostgresState.RUNNING;
    }

    public boolean primary() {
        return role == Role.PRIMARY;
    }
}
