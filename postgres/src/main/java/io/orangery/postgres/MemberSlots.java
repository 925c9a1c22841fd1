package io.orangery.postgres;

import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.SlotPlan;
import io.orangery.postgres.sql.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slots of other members, and which of the existing ones are ours to drop: every name that was ever wanted for a member is kept in a file of
 * the state directory, because after a restart of the agent a slot of somebody else looks just the same. Blocking.
 */
final class MemberSlots {
    private static final Logger LOG = LoggerFactory.getLogger(MemberSlots.class);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;

    private final Host host;
    private final Path file;
    private Set<String> ours;
    /** Slots of others of which the operator was told. */
    private final Set<String> warnedOf = new HashSet<>();

    MemberSlots(Host host, Path stateDir) {
        this.host = host;
        this.file = stateDir.resolve("member-slots");
    }

    synchronized Outcome keep(SlotPlan plan) throws IOException, SQLException, InterruptedException {
        remember(plan.wanted().keySet());
        try (Connection connection = host.connections().superuser("slots", STATEMENT_TIMEOUT_MILLIS)) {
            List<String> left = Slots.keep(
                    connection,
                    host.version(),
                    plan.wanted(),
                    plan.expectedActive(),
                    name -> plan.mayDrop() && ours.contains(name));
            left.stream().filter(warnedOf::add).forEach(MemberSlots::warn);
            return new Outcome.Ok();
        }
    }

    private static void warn(String slot) {
        LOG.warn(
                "replication slot {} was left on this standby by a move of shards that a change of the primary broke off: it keeps WAL here"
                        + " until you drop it (SELECT pg_drop_replication_slot('{}'))",
                slot,
                slot);
    }

    /** Before a slot is made: a crash in between leaves a name too many, never a slot that is nobody's. */
    private void remember(Set<String> wanted) throws IOException {
        if (ours == null) {
            ours = Files.exists(file) ? new TreeSet<>(Files.readAllLines(file)) : new TreeSet<>();
        }
        if (ours.addAll(wanted)) {
            Files.createDirectories(file.getParent());
            Path next = file.resolveSibling(file.getFileName() + ".new");
            Files.write(next, ours);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
