package io.orangery.actors.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.View;
import io.orangery.protocol.mesh.MeshAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MeshPlanTest {
    private static final Duration NOW = Duration.ofSeconds(100);

    @ParameterizedTest(name = "record {0}, leading {1}, other advertises {2}, own {3} => {4}")
    @CsvSource({
        "-,  true,  -,  -,            Found", // the first mesh
        "-,  false, -,  -,            Stay", // only the leader begins one
        "m1, false, m1, -,            Enter",
        "m1, true,  m1, -,            Enter", // a leader joins like everybody
        "m1, false, -,  -,            Stay", // nobody to be asked
        "m1, true,  -,  -,            Found", // nobody is left of m1
        "m1, true,  m2, -,            Found", // nobody is in the mesh that counts
        "m1, false, m2, -,            Stay",
        "m2, false, m2, m1:joined,    Enter", // in another mesh: leave and join the one that counts
        "m2, false, -,  m1:joined,    Stay", // not before there is somebody to join
        "m1, true,  -,  m1:joined,    Stay", // alone, but in the right mesh
        "m1, false, m1, m1:joined,    Stay",
        "m1, true,  -,  m1:founder,   Stay", // joining itself
        "m1, false, m1, m1:asking,    Stay",
        "m1, false, m1, m1:asked9s,   Join", // asked somebody else so far
        "m1, true,  m1, m1:asking11s, Found", // a leader whom nobody lets in begins anew
        "m1, false, m1, m1:asking11s, Stay", // others wait for as long as it takes
    })
    void plan(String record, boolean leading, String other, String own, String expected) {
        MeshAddress neighbour = address(18009, other);
        Surroundings around = new Surroundings("0/orangery_mesh", known(record), leading, Set.of(neighbour));

        MeshPlan plan = MeshPlan.decide(around, present(own, neighbour), NOW);

        assertThat(plan.getClass().getSimpleName()).isEqualTo(expected);
        if (plan instanceof MeshPlan.Found found) {
            assertThat(found)
                    .extracting(MeshPlan.Found::key, MeshPlan.Found::replacing)
                    .containsExactly("0/orangery_mesh", known(record));
        }
        if (plan instanceof MeshPlan.Enter enter) {
            assertThat(enter)
                    .extracting(MeshPlan.Enter::id, MeshPlan.Enter::contacts)
                    .containsExactly(record, Set.of(neighbour));
        }
    }

    @Test
    void aWorkerFollowsTheFormationWhileAnOrangeryAgentLeadsGroup0() {
        assertThat(worker(Optional.of("akka://mesh-m1@10.0.0.1:18008"), Optional.empty()))
                .contains(new Surroundings(
                        "0/orangery_mesh",
                        Optional.of("m1"),
                        false,
                        Set.of(address(18008, "m1"), address(18010, "m1"))));
    }

    @Test
    void aWorkerGroupIsForItselfWhileAPatroniLeadsGroup0() {
        assertThat(worker(Optional.empty(), Optional.of("0/orangery_mesh")))
                .contains(new Surroundings("1/orangery_mesh", Optional.of("g1"), true, Set.of(address(18010, "m1"))));
    }

    @Test
    void nothingChangesWhileGroup0CannotBeRead() {
        assertThat(Surroundings.of(workerView(), Optional.empty(), Optional.of("0/orangery_mesh"), address(18011, "-")))
                .isEmpty();
    }

    @Test
    void betweenTwoLeadersOfGroup0WhatCountedGoesOn() {
        ClusterView leaderless = MeshViews.cluster(Optional.empty(), List.of(), Optional.of("m1"), new TreeMap<>());

        assertThat(Surroundings.of(
                        workerView(), Optional.of(leaderless), Optional.of("0/orangery_mesh"), address(18011, "-")))
                .get()
                .extracting(Surroundings::key)
                .isEqualTo("0/orangery_mesh");
    }

    private static Optional<Surroundings> worker(Optional<String> leaderAddress, Optional<String> before) {
        ClusterView group0 = MeshViews.cluster(
                Optional.of("c"), List.of(MeshViews.member("c", leaderAddress)), Optional.of("m1"), new TreeMap<>());
        return Surroundings.of(workerView(), Optional.of(group0), before, address(18011, "-"));
    }

    /** Member a of group 1, which leads it, beside b. */
    private static View workerView() {
        ClusterView own = MeshViews.cluster(
                Optional.of("a"),
                List.of(
                        MeshViews.member("a", Optional.of(address(18011, "-").toString())),
                        MeshViews.member("b", Optional.of(address(18010, "m1").toString()))),
                Optional.of("g1"),
                new TreeMap<>());
        return MeshViews.view(
                MeshViews.settings(Optional.of(1), "a", MeshViews.mesh(Optional.empty())),
                new DcsSeen.Fresh(own, NOW, Duration.ZERO),
                true,
                NOW);
    }

    private static MeshAddress address(int port, String id) {
        return new MeshAddress(known(id), "10.0.0.1", port);
    }

    private static Optional<String> known(String id) {
        return id.equals("-") ? Optional.empty() : Optional.of(id);
    }

    private static Optional<MeshPlan.Present> present(String text, MeshAddress neighbour) {
        if (text.equals("-")) {
            return Optional.empty();
        }
        String id = text.substring(0, text.indexOf(':'));
        return Optional.of(
                switch (text.substring(text.indexOf(':') + 1)) {
                    case "joined" -> new MeshPlan.Present(id, true, false, Duration.ZERO, Set.of());
                    case "founder" -> new MeshPlan.Present(id, false, true, NOW, Set.of());
                    case "asking" -> new MeshPlan.Present(id, false, false, NOW, Set.of(neighbour));
                    case "asking11s" -> new MeshPlan.Present(id, false, false, NOW.minusSeconds(11), Set.of(neighbour));
                    case "asked9s" -> new MeshPlan.Present(id, false, false, NOW.minusSeconds(9), Set.of());
                    default -> throw new IllegalArgumentException(text);
                });
    }
}
