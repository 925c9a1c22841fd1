package io.orangery.core.citus;

import static io.orangery.core.citus.Drawings.draw;
import static io.orangery.core.citus.Drawings.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.cluster.GroupId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyDiffTest {

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            -                      | A:P, B:S      | add A primary; add B secondary                                  | A:P, B:S
            A:P#1, B:S#2           | A:P, B:S      | none                                                            | A:P#1, B:S#2
            A:P#1                  | A:P, B:S      | add B secondary                                                 | A:P#1, B:S
            A:P#1, B:S#2           | A:P           | remove B                                                        | A:P#1
            A:P#1, B:S#2           | A:P, C:S      | update(2, C)                                                    | A:P#1, C:S#2
            A:P#1, B:S#2           | A:D, B:S      | update(1, A-demoted)                                            | A:D#1, B:S#2
            A:P#1, B:S#2           | A:D           | update(1, A-demoted)                                            | A:D#1, B:S#2
            A:P#1, B:S#2           | A:D, B:S, C:S | update(1, A-demoted)                                            | A:D#1, B:S#2
            A:D#1, B:S#2           | B:P           | update(2, A); update(1, B)                                      | B:P#1, A:S#2
            A:D#1, B:S#2           | B:P, A:S      | update(2, A); update(1, B)                                      | B:P#1, A:S#2
            A:D#1, B:S#2           | A:P, B:S      | update(1, A)                                                    | A:P#1, B:S#2
            A:P#1, B:S#2           | B:P           | update(1, A-demoted); update(2, A); update(1, B)                | B:P#1, A:S#2
            A:P#1, B:S#2           | B:P, C:S      | update(2, C); update(1, B)                                      | B:P#1, C:S#2
            A:D#1, B:S#2           | B:P, C:S      | update(2, C); update(1, B)                                      | B:P#1, C:S#2
            A:P#1, B:S#2, C:S#3    | B:P, C:S      | update(1, A-demoted); update(2, A); update(1, B)                | B:P#1, A:S#2, C:S#3
            A:P#1, B:S#2, C:S#3    | B:P, A:S, D:S | update(1, A-demoted); update(2, A); update(1, B); update(3, D)  | B:P#1, A:S#2, D:S#3
            A:P#1, B:S#2           | C:P, B:S      | update(1, C)                                                    | C:P#1, B:S#2
            A:P#1, B:S#2           | C:P           | update(1, C)                                                    | C:P#1, B:S#2
            A:D#1, B:S#2           | C:P           | update(1, C); update(2, A)                                      | C:P#1, A:S#2
            A:P#1, B:S#2           | C:P, A:S      | update(1, C); update(2, A)                                      | C:P#1, A:S#2
            A:D#1, B:S#2           | C:P, D:S      | update(1, C); update(2, D)                                      | C:P#1, D:S#2
            A:P#1                  | B:P           | update(1, B)                                                    | B:P#1
            A-demoted:P#1, B:S#2   | A:P, B:S      | update(1, A)                                                    | A:P#1, B:S#2
            A:P#1, B:S#2           | C:P, B:S, A:S | update(1, C)                                                    | C:P#1, B:S#2
            """)
    void changesRowsAsTheTableSays(String old, String desired, String steps, String result) {
        TopologyDiff diff = TopologyDiff.between(rows(old), rows(desired));
        assertThat(draw(diff.steps())).isEqualTo(steps);
        assertThat(draw(diff.result())).isEqualTo(result);
    }

    @Test
    void addsTheFormerPrimaryThatFoundNoRowAtTheNextHeartbeat() {
        GroupTopology desired = rows("C:P, B:S, A:S");
        TopologyDiff first = TopologyDiff.between(rows("A:P#1, B:S#2"), desired);
        TopologyDiff second = TopologyDiff.between(first.result().committed(), desired);
        assertThat(draw(second.steps())).isEqualTo("add A secondary");
    }

    @Test
    void keepsAddingAndRemovingForLaterWhileThePauseIsOpen() {
        GroupTopology paused =
                TopologyDiff.between(rows("A:P#1, B:S#2"), rows("A:D")).result();
        assertThat(paused.unsynced()).isTrue();
        TopologyDiff resumed = TopologyDiff.between(paused, rows("A:P, C:S, D:S"));
        assertThat(draw(resumed.steps())).isEqualTo("update(1, A); update(2, C)");
        assertThat(draw(resumed.result())).isEqualTo("A:P#1, C:S#2");
    }

    @Test
    void removesSecondaryThatBecomesThePrimaryOfGroupWithoutOne() {
        TopologyDiff diff = TopologyDiff.between(rows("B:S#2"), rows("B:P"));
        assertThat(draw(diff.steps())).isEqualTo("remove B; add B primary");
    }

    @Test
    void refusesToLeaveGroupWithoutPrimary() {
        assertThatThrownBy(() -> TopologyDiff.between(rows("A:P#1"), rows("A:S")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no primary is desired for group 1");
    }

    @Test
    void namesTheDemotedRowAfterItsHost() {
        TopologyDiff diff = TopologyDiff.between(rows("A:P#1"), rows("A:D"));
        assertThat(diff.steps())
                .first()
                .satisfies(step ->
                        assertThat(((TopologyStep.Update) step).nodename()).isEqualTo("a-demoted"));
    }

    @Test
    void refusesAnAddressTwice() {
        List<NodeRow> twice = List.of(
                NodeRow.wanted(new GroupId(1), Drawings.address("a"), NodeRow.Role.PRIMARY),
                NodeRow.wanted(new GroupId(1), Drawings.address("a"), NodeRow.Role.SECONDARY));
        assertThatThrownBy(() -> GroupTopology.of(new GroupId(1), twice)).hasMessageContaining("an address twice");
    }
}
