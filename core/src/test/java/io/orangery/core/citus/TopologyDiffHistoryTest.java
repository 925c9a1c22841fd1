package io.orangery.core.citus;

import static io.orangery.core.citus.Drawings.GROUP;
import static io.orangery.core.citus.Drawings.draw;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.NodeRow.Role;
import io.orangery.core.citus.TopologyStep.Add;
import io.orangery.core.citus.TopologyStep.Remove;
import io.orangery.core.citus.TopologyStep.Update;
import io.orangery.core.cluster.HostPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random histories of what is desired, carried out on a model of {@code pg_dist_node} with its constraints. */
class TopologyDiffHistoryTest {
    private static final List<HostPort> HOSTS = "abcde"
            .chars()
            .mapToObj(letter -> Drawings.address(String.valueOf((char) letter)))
            .toList();

    /** What {@code pg_dist_node} would hold and refuse. */
    private static final class Table {
        private record Entry(String nodename, boolean primary) {}

        private final Map<Integer, Entry> rows = new HashMap<>();
        private int nodeids = 0;

        GroupTopology carryOut(TopologyDiff diff, boolean synced) {
            GroupTopology result = diff.result();
            for (TopologyStep step : diff.steps()) {
                switch (step) {
                    case Update update -> {
                        Entry old = rows.get(update.nodeid());
                        assertThat(old).as("row of %s", update).isNotNull();
                        requireFree(update.nodename(), step);
                        rows.put(update.nodeid(), new Entry(update.nodename(), old.primary()));
                    }
                    case TopologyStep.Pause pause -> throw new AssertionError("the diff asked for " + pause);
                    case TopologyStep.Readdress readdress ->
                        throw new AssertionError("the diff asked for " + readdress);
                    case Add add -> {
                        assertThat(synced)
                                .as("metadata synchronised for %s", step)
                                .isTrue();
                        requireFree(add.address().host(), step);
                        boolean primary = add.role() == Role.PRIMARY;
                        assertThat(primary && rows.values().stream().anyMatch(Entry::primary))
                                .as("second primary by %s", step)
                                .isFalse();
                        rows.put(++nodeids, new Entry(add.address().host(), primary));
                        result = result.numbered(add.address(), nodeids);
                    }
                    case Remove remove -> {
                        assertThat(synced)
                                .as("metadata synchronised for %s", step)
                                .isTrue();
                        assertThat(rows.values()
                                        .remove(new Entry(remove.address().host(), false)))
                                .as("secondary removed by %s", step)
                                .isTrue();
                    }
                }
            }
            return result;
        }

        private void requireFree(String nodename, TopologyStep step) {
            assertThat(rows.values().stream().map(Entry::nodename))
                    .as("addresses before %s", step)
                    .doesNotContain(nodename);
        }

        Map<Integer, Entry> expected(GroupTopology result) {
            var expected = new HashMap<Integer, Entry>();
            for (NodeRow row : result.rows()) {
                String suffix = row.role() == Role.DEMOTED ? "-demoted" : "";
                expected.put(
                        row.nodeid().orElseThrow(),
                        new Entry(row.address().host() + suffix, row.role().leading()));
            }
            return expected;
        }
    }

    @Property(tries = 3000)
    void keepsTheConstraintsOfTheTableAndEndsInTheResult(
            @ForAll @Size(max = 15) List<@IntRange(max = 9999) Integer> events) {
        var table = new Table();
        GroupTopology now = GroupTopology.empty(GROUP);
        for (int event : events) {
            boolean pause = event % 3 == 0;
            boolean synced = !now.unsynced();
            TopologyDiff diff = TopologyDiff.between(now, desired(event / 3, pause));
            boolean adds = diff.steps().stream().anyMatch(step -> !(step instanceof Update));
            now = table.carryOut(diff, synced);
            assertThat(adds && diff.result().unsynced())
                    .as("adding after %s", draw(diff.steps()))
                    .isFalse();
            assertThat(table.expected(now)).isEqualTo(table.rows);
            now = pause ? now : now.committed();
        }
    }

    @Property(tries = 1000)
    void reachesWhatIsDesiredWithinTwoHeartbeats(
            @ForAll @Size(max = 8) List<@IntRange(max = 9999) Integer> events, @ForAll @IntRange(max = 3333) int last) {
        var table = new Table();
        GroupTopology now = GroupTopology.empty(GROUP);
        for (int event : events) {
            now = table.carryOut(TopologyDiff.between(now, desired(event / 3, event % 3 == 0)), !now.unsynced());
            now = event % 3 == 0 ? now : now.committed();
        }
        GroupTopology wanted = desired(last, false);
        for (int heartbeat = 0; heartbeat < 2; heartbeat++) {
            now = table.carryOut(TopologyDiff.between(now, wanted), !now.unsynced())
                    .committed();
        }
        assertThat(now.matches(wanted)).as("%s is %s", draw(now), draw(wanted)).isTrue();
    }

    private static GroupTopology desired(int choice, boolean pause) {
        HostPort primary = HOSTS.get(choice % HOSTS.size());
        int members = choice / HOSTS.size();
        var rows = new ArrayList<NodeRow>();
        rows.add(NodeRow.wanted(GROUP, primary, pause ? Role.DEMOTED : Role.PRIMARY));
        for (int i = 0; i < HOSTS.size(); i++) {
            if ((members >> i & 1) == 1 && !HOSTS.get(i).equals(primary)) {
                rows.add(NodeRow.wanted(GROUP, HOSTS.get(i), Role.SECONDARY));
            }
        }
        return GroupTopology.of(GROUP, rows);
    }
}
