package io.orangery.actors.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Member;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.View;
import io.orangery.protocol.mesh.MeshAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Node x cannot be reached. Each word is one read: {@code seconds:what it showed of x}, which is {@code +} its key, {@code -} no key,
 * {@code !} the read failed, {@code l} a linearizable read (of the own group only) without its key. {@code loop_wait} is 5 s.
 */
final class AbsencesTest {
    private static final MeshAddress X =
            MeshAddress.parse("akka://mesh-m1@10.0.0.9:18008").orElseThrow();

    @ParameterizedTest(name = "a node of group {0} (leads: {1}), x in group {2}: {3} => {4}")
    @CsvSource({
        "0, false, 0, 1:- 6:- 11:-,          gone",
        "0, false, 0, 1:- 6:- 10:-,          stays", // not yet twice loop_wait
        "0, false, 0, 1:+ 6:+ 11:+ 16:+,     stays", // its key is there: slow, not gone
        "0, false, 0, 1:- 6:+ 11:- 16:-,     stays", // it was there in between
        "0, false, 0, 1:- 6:- 11:!,          stays", // the store does not answer
        "0, false, 0, 1:- 6:! 11:- 16:-,     stays", // the count begins anew
        "0, false, 0, 1:- 6:! 11:- 16:- 21:-, gone",
        "0, false, 0, 1:- 1:- 1:-,           stays", // one read seen three times
        "0, false, 0, 1:l 6:l 11:l,          gone", // the own group is in a linearizable read
        "0, true,  1, 1:- 6:- 11:-,          gone", // the leader of group 0 judges other groups
        "0, false, 1, 1:- 6:- 11:-,          stays", // other members of group 0 do not
        "0, true,  1, 1:l 6:l 11:l,          stays", // other groups were not read
        "1, true,  0, 1:- 6:- 11:-,          stays", // a worker does not see them
        "1, true,  2, 1:- 6:- 11:-,          stays",
        "1, false, 1, 1:- 6:- 11:-,          gone",
    })
    void goneIsWhatHasHadNoKeyForTwiceLoopWait(int group, boolean leads, int groupOfX, String reads, String expected) {
        Set<Absences.Unreachable> unreachable = Set.of(new Absences.Unreachable(X, Optional.of(new GroupId(groupOfX))));
        Absences absences = Absences.NONE;
        View last = null;
        for (String read : reads.split(" ")) {
            last = view(group, leads, groupOfX, read);
            absences = absences.after(last, unreachable);
        }

        assertThat(absences.gone(last, unreachable)).isEqualTo(expected.equals("gone") ? Set.of(X) : Set.of());
    }

    @ParameterizedTest
    @CsvSource({
        "akka://mesh@10.0.0.9:18008, stays",
        "akka://mesh-m2@10.0.0.9:18008, stays",
        "akka://mesh-m1@10.0.0.9:18009, gone"
    })
    void aKeyThatAdvertisesTheSameNodeCountsWhateverItsMesh(String advertised, String expected) {
        Set<Absences.Unreachable> unreachable = Set.of(new Absences.Unreachable(X, Optional.of(new GroupId(0))));
        Absences absences = Absences.NONE;
        View last = null;
        for (int second : List.of(1, 6, 11)) {
            ClusterView cluster = MeshViews.cluster(
                    Optional.empty(),
                    List.of(MeshViews.member("x", Optional.of(advertised))),
                    Optional.empty(),
                    new TreeMap<>());
            last = MeshViews.view(
                    MeshViews.settings(Optional.of(0), "a", MeshViews.mesh(Optional.empty())),
                    new DcsSeen.Fresh(cluster, Duration.ofSeconds(second), Duration.ZERO),
                    false,
                    Duration.ofSeconds(second));
            absences = absences.after(last, unreachable);
        }

        assertThat(absences.gone(last, unreachable)).isEqualTo(expected.equals("gone") ? Set.of(X) : Set.of());
    }

    private static View view(int group, boolean leads, int groupOfX, String read) {
        Duration at = Duration.ofSeconds(Integer.parseInt(read.substring(0, read.indexOf(':'))));
        String shown = read.substring(read.indexOf(':') + 1);
        DcsSeen dcs = shown.equals("!")
                ? new DcsSeen.Unreachable(Optional.empty(), at, "no answer")
                : new DcsSeen.Fresh(
                        cluster(group, groupOfX, shown.equals("+")), at, shown.equals("l") ? at : Duration.ZERO);
        return MeshViews.view(
                MeshViews.settings(Optional.of(group), "a", MeshViews.mesh(Optional.empty())), dcs, leads, at);
    }

    private static ClusterView cluster(int group, int groupOfX, boolean present) {
        List<Member> x = present ? List.of(MeshViews.member("x", Optional.of(X.toString()))) : List.of();
        SortedMap<GroupId, ClusterView> workers = new TreeMap<>();
        if (group == 0 && groupOfX != 0) {
            workers.put(
                    new GroupId(groupOfX), MeshViews.cluster(Optional.empty(), x, Optional.empty(), new TreeMap<>()));
        }
        List<Member> own =
                new ArrayList<>(Arrays.asList(MeshViews.member("a", Optional.of("akka://mesh-m1@10.0.0.1:18008"))));
        own.addAll(group == groupOfX ? x : List.of());
        return MeshViews.cluster(Optional.empty(), own, Optional.empty(), workers);
    }
}
