package io.orangery.postgres.sql;

import io.orangery.core.cluster.Lsn;
import io.orangery.postgres.configuration.ServerVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Physical replication slots of other members (ha-behaviour 24.4). Logical slots are never touched. */
public final class Slots {
    private static final Logger LOG = LoggerFactory.getLogger(Slots.class);
    private static final String DUPLICATE_OBJECT = "42710";

    /** Name to plugin of the slots that Citus makes while it moves or splits shards (citus 16). */
    private static final Map<Pattern, String> OF_CITUS = Map.of(
            Pattern.compile("citus_shard_move_slot(_[1-9][0-9]*){2,3}"), "pgoutput",
            Pattern.compile("citus_shard_split_slot(_[1-9][0-9]*){2,3}"), "citus");

    private final Connection connection;
    private final Set<String> expectedActive;
    private final Predicate<String> mayDrop;

    private Slots(Connection connection, Set<String> expectedActive, Predicate<String> mayDrop) {
        this.connection = connection;
        this.expectedActive = expectedActive;
        this.mayDrop = mayDrop;
    }

    /** A slot as it is. */
    private record Present(
            String name,
            boolean physical,
            Optional<String> plugin,
            boolean active,
            boolean xminSet,
            Optional<Lsn> restart,
            boolean lost,
            boolean standby) {
        boolean leftByCitus() {
            return standby
                    && !active
                    && OF_CITUS.entrySet().stream()
                            .anyMatch(known -> known.getKey().matcher(name).matches()
                                    && plugin.filter(known.getValue()::equals).isPresent());
        }
    }

    /** One change to one slot. */
    private interface Change {
        void make() throws SQLException;
    }

    /**
     * Creates, advances and drops. Errors with one slot do not stop the others; the first is thrown at the end. Can be repeated.
     *
     * @param wanted slot to the position it may be advanced to; empty position: leave where it is
     * @param expectedActive those that a member streams from
     * @param mayDrop which slots may be dropped: only those that this agent made for members; never true in pause or without a leader
     * @return slots that a move of shards by Citus has left on this standby: Citus cleans up on the primary only, and here they keep WAL until
     *     somebody drops them. Not ours, so not dropped (deviations 11)
     */
    public static List<String> keep(
            Connection connection,
            ServerVersion version,
            Map<String, Optional<Lsn>> wanted,
            Set<String> expectedActive,
            Predicate<String> mayDrop)
            throws SQLException {
        return new Slots(connection, expectedActive, mayDrop).keep(version, wanted);
    }

    private List<String> keep(ServerVersion version, Map<String, Optional<Lsn>> wanted) throws SQLException {
        var present = present(version);
        var failures = new ArrayList<SQLException>();
        for (var slot : present.values()) {
            if (slot.physical() && !wanted.containsKey(slot.name()) && mayDrop.test(slot.name())) {
                attempt(failures, () -> drop(slot));
            }
        }
        wanted.forEach((name, target) ->
                attempt(failures, () -> keepOne(name, target, Optional.ofNullable(present.get(name)))));
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return present.values().stream()
                .filter(Present::leftByCitus)
                .map(Present::name)
                .toList();
    }

    private static void attempt(List<SQLException> failures, Change change) {
        try {
            change.make();
        } catch (SQLException failed) {
            failures.stream()
                    .findFirst()
                    .ifPresentOrElse(first -> first.addSuppressed(failed), () -> failures.add(failed));
        }
    }

    private void keepOne(String name, Optional<Lsn> target, Optional<Present> present) throws SQLException {
        if (present.isEmpty()) {
            create(name);
            return;
        }
        var slot = present.get();
        if (!slot.physical()) {
            LOG.error("Replication slot {} is wanted for a member but is a logical one; it is left alone", name);
        } else if (mustBeMadeAnew(slot)) {
            if (drop(slot)) {
                create(name);
            }
        } else if (!expectedActive.contains(name) && !slot.active() && !slot.xminSet()) {
            advance(slot, target);
        }
    }

    /**
     * Its WAL is gone; or nobody uses it and it pins the horizon of vacuum ({@code xmin}), or it was made by others without reserving WAL.
     */
    private boolean mustBeMadeAnew(Present slot) {
        boolean unused = !expectedActive.contains(slot.name());
        return mayDrop.test(slot.name())
                && (slot.lost() || unused && (slot.xminSet() || slot.restart().isEmpty()));
    }

    private Map<String, Present> present(ServerVersion version) throws SQLException {
        var lost = version.atLeast(13) ? "coalesce(wal_status = 'lost', false)" : "false";
        var present = new LinkedHashMap<String, Present>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(
                        "SELECT slot_name, slot_type, plugin, active, xmin IS NOT NULL AS xmin_set, restart_lsn::text, "
                                + lost
                                + " AS lost, pg_is_in_recovery() AS standby FROM pg_get_replication_slots() WHERE NOT temporary ORDER BY slot_name")) {
            while (row.next()) {
                var restart = Optional.ofNullable(row.getString("restart_lsn")).flatMap(Lsn::parse);
                var slot = new Present(
                        row.getString("slot_name"),
                        row.getString("slot_type").equals("physical"),
                        Optional.ofNullable(row.getString("plugin")),
                        row.getBoolean("active"),
                        row.getBoolean("xmin_set"),
                        restart,
                        row.getBoolean("lost"),
                        row.getBoolean("standby"));
                present.put(slot.name(), slot);
            }
        }
        return present;
    }

    /** WAL is reserved at once, or the member might find it removed when it connects. */
    private void create(String name) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT pg_create_physical_replication_slot(?, true)")) {
            statement.setString(1, name);
            statement.execute();
            LOG.info("Created replication slot {}", name);
        } catch (SQLException failed) {
            if (!DUPLICATE_OBJECT.equals(failed.getSQLState())) {
                throw failed;
            }
        }
    }

    private boolean drop(Present slot) throws SQLException {
        try (var statement = connection.prepareStatement(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_get_replication_slots() WHERE slot_name = ? AND NOT active")) {
            statement.setString(1, slot.name());
            try (var row = statement.executeQuery()) {
                boolean dropped = row.next();
                if (dropped) {
                    LOG.info("Dropped replication slot {}", slot.name());
                } else {
                    LOG.warn("Unable to drop replication slot '{}', slot is active", slot.name());
                }
                return dropped;
            }
        }
    }

    private void advance(Present slot, Optional<Lsn> target) throws SQLException {
        if (target.isEmpty() || slot.restart().filter(target.get()::isAfter).isEmpty()) {
            return;
        }
        try (var statement = connection.prepareStatement("SELECT pg_replication_slot_advance(?, ?::pg_lsn)")) {
            statement.setString(1, slot.name());
            statement.setString(2, target.get().toString());
            statement.execute();
        }
    }
}
