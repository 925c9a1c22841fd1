package io.orangery.ctl.output;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.MemberData;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One member as a row of the table (ctl.md 9.2).
 *
 * @param name with the branches of the tree in front, in a topology
 * @param role as the column shows it
 * @param reasons parameter to old and new value
 * @param scheduledRestart when, and under which condition; empty when none is scheduled
 */
record MemberRow(
        int group,
        String name,
        Optional<HostPort> address,
        String role,
        String state,
        Optional<Integer> timeline,
        Position receive,
        Position replay,
        boolean pendingRestart,
        Map<String, MemberData.ChangedParameter> reasons,
        String scheduledRestart,
        Map<String, Object> tags) {

    private static final int LONGEST_REASON = 50;

    /**
     * Where a standby has got to.
     *
     * @param lsn {@code X/Y}, {@code unknown}, or empty on a leader
     * @param lagMegabytes empty when there is none to tell
     */
    record Position(String lsn, Optional<Long> lagMegabytes) {
        static final Position OF_LEADER = new Position("", Optional.empty());
        static final Position UNKNOWN = new Position("unknown", Optional.empty());

        static Position of(Optional<Lsn> own, Lsn leader) {
            return own.map(lsn -> new Position(lsn.toString(), Optional.of(megabytes(lsn.behind(leader)))))
                    .orElse(UNKNOWN);
        }

        private static long megabytes(long bytes) {
            return (long) Math.rint(bytes / 1048576.0);
        }
    }

    static MemberRow of(GroupMember seen, String name) {
        MemberData data = seen.member().data();
        boolean leader = seen.group().ledBy(seen.member());
        String role = seen.group().role(seen.member());
        Optional<String> replication =
                data.replicationState().filter(text -> !text.isEmpty() && !role.equals("leader"));
        Lsn end = seen.group().view().status().optime();
        // Old versions publish one combined position: it is shown where it says most.
        Optional<Lsn> combined = data.walLocation()
                .filter(lsn -> data.receiveLsn().isEmpty() && data.replayLsn().isEmpty());
        boolean streaming = replication.filter("streaming"::equals).isPresent();
        return new MemberRow(
                seen.group().number(),
                name,
                data.address(),
                titleCase(role),
                replication.orElse(data.state().text()),
                data.timeline(),
                leader
                        ? Position.OF_LEADER
                        : Position.of(data.receiveLsn().or(() -> combined.filter(lsn -> streaming)), end),
                leader
                        ? Position.OF_LEADER
                        : Position.of(data.replayLsn().or(() -> combined.filter(lsn -> !streaming)), end),
                data.pendingRestartFlag(),
                data.pendingRestart(),
                scheduledRestart(data.extra().get("scheduled_restart")),
                new TreeMap<>(data.tags().values()));
    }

    /** Without a port unless one of them is unusual, or two members share a host. */
    String host(boolean withPort) {
        return address.map(known -> withPort ? known.toString() : known.host()).orElse("");
    }

    /** @param shortened true: a line that would make the table too wide only says so */
    List<String> reasonLines(boolean shortened) {
        var lines = new ArrayList<String>();
        new TreeMap<>(reasons).forEach((parameter, change) -> {
            String line = parameter + ": " + change.oldValue() + "->" + change.newValue();
            lines.add(shortened && line.length() > LONGEST_REASON ? parameter + ": [hidden - too long]" : line);
        });
        return lines;
    }

    private static String scheduledRestart(Object published) {
        if (!(published instanceof Map<?, ?> restart) || restart.get("schedule") == null) {
            return "";
        }
        Object version = restart.get("postgres_version");
        return restart.get("schedule") + (version == null ? "" : " if version < " + version);
    }

    private static String titleCase(String role) {
        var words = new StringBuilder();
        for (String word : role.split("_")) {
            words.append(words.isEmpty() ? "" : " ")
                    .append(Character.toUpperCase(word.charAt(0)))
                    .append(word.substring(1));
        }
        return words.toString();
    }
}
