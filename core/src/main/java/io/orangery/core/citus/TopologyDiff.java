package io.orangery.core.citus;

import io.orangery.core.citus.NodeRow.Role;
import io.orangery.core.citus.TopologyStep.Add;
import io.orangery.core.citus.TopologyStep.Remove;
import io.orangery.core.citus.TopologyStep.Update;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the rows of a group become what is desired (citus 9; the methods name its rules).
 *
 * <p>The primary's row keeps its nodeid for ever and only changes its address; addresses are unique after each statement, so an address
 * must be free before a row takes it. Rows of secondaries that are gone are used again, because adding and removing needs synchronised
 * metadata.
 *
 * @param steps in the order of execution
 * @param result the rows afterwards. Where it differs from what is desired, a later heartbeat finishes the work. Rows to be added have
 *     no nodeid yet
 */
public record TopologyDiff(List<TopologyStep> steps, GroupTopology result) {

    /**
     * @param desired rows without nodeids
     * @throws IllegalArgumentException when no leading row is desired, or of another group
     */
    public static TopologyDiff between(GroupTopology old, GroupTopology desired) {
        if (desired.leading().isEmpty() || !desired.group().equals(old.group())) {
            throw new IllegalArgumentException(
                    "no primary is desired for group " + old.group() + ": " + desired.rows());
        }
        return new Computation(old, desired).run();
    }

    /** The work sheet of one comparison. */
    private static final class Computation {
        private final GroupTopology old;
        private final GroupId group;
        private final NodeRow primary;
        private final List<TopologyStep> steps = new ArrayList<>();
        private final Map<HostPort, NodeRow> rows = new LinkedHashMap<>();
        private final List<NodeRow> gone = new ArrayList<>();
        private final List<NodeRow> added = new ArrayList<>();
        private boolean unsynced;

        Computation(GroupTopology old, GroupTopology desired) {
            this.old = old;
            group = old.group();
            unsynced = old.unsynced();
            primary = desired.leading().orElseThrow();
            desired.rows().forEach(row -> rows.put(row.address(), row));
            old.rows().stream()
                    .filter(row -> !row.role().leading() && !rows.containsKey(row.address()))
                    .forEach(gone::add);
            desired.rows().stream()
                    .filter(row ->
                            !row.role().leading() && old.at(row.address()).isEmpty())
                    .forEach(added::add);
        }

        TopologyDiff run() {
            Optional<NodeRow> former = old.leading();
            if (former.isEmpty()) {
                register();
            } else if (former.get().address().equals(primary.address())) {
                changeRole(former.get());
            } else {
                movePrimary(former.get());
            }
            keepKnownSecondaries();
            reuseRows();
            finish();
            return new TopologyDiff(List.copyOf(steps), new GroupTopology(group, List.copyOf(rows.values()), unsynced));
        }

        /** D1. */
        private void register() {
            if (unsynced) {
                rows.remove(primary.address());
                return;
            }
            if (old.at(primary.address()).isPresent()) {
                // citus_add_node would return the secondary's row and leave the group without a primary
                steps.add(new Remove(primary.address()));
            }
            if (primary.role() == Role.PRIMARY) {
                steps.add(new Add(group, primary.address(), Role.PRIMARY));
            } else {
                rows.remove(primary.address());
            }
        }

        /** D2. */
        private void changeRole(NodeRow former) {
            NodeRow row = primary.as(id(former));
            rows.put(row.address(), row);
            if (former.role() != row.role()) {
                unsynced = true;
                update(row);
            }
        }

        /** D3. */
        private void movePrimary(NodeRow former) {
            unsynced = true;
            Optional<NodeRow> successor = old.at(primary.address());
            if (successor.isPresent()) {
                vacate(former, successor.get());
            }
            NodeRow row = primary.as(id(former));
            rows.put(row.address(), row);
            update(row);
            if (successor.isEmpty()) {
                housePreviousPrimary(former);
            }
        }

        /** D3a and D3b: the successor's own row gets another address, so that the primary's row can take its. */
        private void vacate(NodeRow former, NodeRow successor) {
            boolean formerStays = rows.containsKey(former.address());
            if (!formerStays && !added.isEmpty()) {
                assign(added.removeFirst(), id(successor));
                return;
            }
            if (former.role() == Role.PRIMARY) {
                steps.add(new Update(id(former), former.address(), true));
            }
            // not desired perhaps, but a row cannot be removed now
            assign(NodeRow.wanted(group, former.address(), Role.SECONDARY), id(successor));
        }

        /** D3d: the successor had no row; the former primary takes one of those that are gone. */
        private void housePreviousPrimary(NodeRow former) {
            boolean stays = rows.containsKey(former.address());
            boolean fillsGap = former.role() == Role.DEMOTED && gone.size() > added.size();
            if (!gone.isEmpty() && (stays || fillsGap)) {
                assign(NodeRow.wanted(group, former.address(), Role.SECONDARY), id(gone.removeFirst()));
            }
        }

        /** D4. */
        private void keepKnownSecondaries() {
            for (NodeRow row : List.copyOf(rows.values())) {
                Optional<NodeRow> known =
                        old.at(row.address()).filter(found -> !found.role().leading());
                if (!row.role().leading() && row.nodeid().isEmpty() && known.isPresent()) {
                    rows.put(row.address(), row.as(id(known.get())));
                }
            }
        }

        /** D5. */
        private void reuseRows() {
            while (!gone.isEmpty() && !added.isEmpty()) {
                assign(added.removeFirst(), id(gone.removeFirst()));
            }
        }

        /** D6 and D7. */
        private void finish() {
            for (NodeRow row : gone) {
                if (unsynced) {
                    rows.put(row.address(), row);
                } else {
                    steps.add(new Remove(row.address()));
                }
            }
            for (NodeRow row : added) {
                if (unsynced) {
                    rows.remove(row.address());
                } else {
                    steps.add(new Add(group, row.address(), Role.SECONDARY));
                }
            }
            if (unsynced) {
                // T7: a former primary that found no row must not pass for registered, or no heartbeat would ever add
                // it
                rows.values().removeIf(row -> row.nodeid().isEmpty());
            }
        }

        private void assign(NodeRow wanted, int nodeid) {
            NodeRow row = wanted.as(nodeid);
            rows.put(row.address(), row);
            update(row);
        }

        private void update(NodeRow row) {
            steps.add(new Update(id(row), row.address(), row.role() == Role.DEMOTED));
        }

        private static int id(NodeRow row) {
            return row.nodeid()
                    .orElseThrow(() -> new IllegalStateException("a row without nodeid where one must exist: " + row));
        }
    }
}
