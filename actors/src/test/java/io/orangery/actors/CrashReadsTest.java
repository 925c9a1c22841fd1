package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.time.Ticker;
import io.orangery.postgres.citus.CitusMetadata.Standing;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.KeyJson;
import io.orangery.protocol.MemberJson;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {a, b, c} and a has crashed; one of b and c has every acknowledged commit. */
final class CrashReadsTest {
    private static final GroupId GROUP = new GroupId(1);
    private final ModelledMetadata metadata = new ModelledMetadata();
    private int looks;
    private Runnable afterLook = () -> {};

    /** Each look at the clock takes a tenth of a second. */
    private final Ticker ticker = new Ticker() {
        @Override
        public Duration now() {
            afterLook.run();
            return Duration.ofMillis(100L * ++looks);
        }

        @Override
        public Instant wallClock() {
            return Instant.EPOCH;
        }
    };

    private static ClusterView group() {
        TreeMap<String, StoredKey> keys = new TreeMap<>();
        for (String name : List.of("a", "b", "c")) {
            keys.put(
                    "members/" + name,
                    new StoredKey(MemberJson.write(NodeWorld.member(name, name.equals("a"))), 1, 1, "session"));
        }
        String sync = KeyJson.writeSync(
                Optional.of(new io.orangery.core.cluster.NodeId("a")),
                List.of(new io.orangery.core.cluster.NodeId("b"), new io.orangery.core.cluster.NodeId("c")),
                1);
        keys.put("sync", new StoredKey(sync, 2, 2, ""));
        return ClusterKeys.view(keys, Optional.empty());
    }

    private Optional<HostPort> reader() {
        GroupTopology rows = GroupTopology.of(
                GROUP, List.of(NodeRow.wanted(GROUP, ModelledMetadata.address("a"), NodeRow.Role.PRIMARY)));
        return new CrashReads(metadata, ticker, group(), rows)
                .reader()
                .toCompletableFuture()
                .join();
    }

    private void stands(String name, long flushed, long replayed) {
        metadata.standings.put(
                ModelledMetadata.address(name), new Standing.Standby(new Lsn(flushed), new Lsn(replayed)));
    }

    @Test
    void theFarthestServes() {
        stands("b", 100, 100);
        stands("c", 200, 200);
        assertThat(reader()).contains(ModelledMetadata.address("c"));
    }

    @Test
    void tooFewAnswersAreNone() {
        stands("c", 200, 200);
        assertThat(reader()).isEmpty();
    }

    /** It may serve reads itself, or be a standby by now: whatever it is, it is there. */
    @Test
    void neverWhenTheFormerPrimaryAnswers() {
        stands("b", 100, 100);
        stands("c", 200, 200);
        for (Writability answer :
                List.of(new Writability.Writable("7179854923829112860"), new Writability.InRecovery())) {
            metadata.servers.put(ModelledMetadata.address("a"), answer);
            assertThat(reader()).isEmpty();
        }
    }

    @Test
    void whatIsReceivedMustBeReplayedToo() {
        stands("b", 100, 100);
        stands("c", 200, 150);
        afterLook = () -> {
            if (looks == 3) {
                stands("c", 200, 200);
            }
        };
        assertThat(reader()).contains(ModelledMetadata.address("c"));
    }

    @Test
    void replayIsNotWaitedForLongerThanTwoSeconds() {
        stands("b", 100, 100);
        stands("c", 200, 150);
        assertThat(reader()).isEmpty();
        assertThat(looks).isLessThan(25);
    }
}
