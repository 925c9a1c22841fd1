package io.orangery.core.sync;

import static io.orangery.core.sync.Names.letters;
import static io.orangery.core.sync.Names.node;
import static io.orangery.core.sync.Names.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors of ha-behaviour 21.6, in its notation. */
class QuorumResolverTest {

    @ParameterizedTest(name = "quorum {0} of {1}, {2} of {3}, {4} confirmed of {5}, {6} wanted: {7}")
    @CsvSource(delimiter = '|', textBlock = """
            0 | -    | 0 | -    | 0 | b     | 2 | S(1, b), restart
            0 | -    | 1 | b    | 0 | b     | 2 | restart
            0 | -    | 1 | b    | 1 | b     | 2 | Q(0, b)
            0 | -    | 0 | -    | 0 | bcde  | 2 | S(2, bcde), restart
            0 | -    | 2 | bcde | 1 | bcde  | 2 | Q(3, bcde)
            0 | b    | 1 | b    | 1 | bc    | 1 | Q(1, bc), S(1, bc)
            0 | b    | 1 | b    | 1 | bc    | 2 | S(2, bc), Q(1, bc)
            1 | bc   | 2 | bc   | 2 | bc    | 2 | Q(0, bc)
            0 | b    | 1 | b    | 0 | -     | 1 | Q(0, -), S(0, -)
            0 | b    | 1 | b    | 0 | c     | 1 | Q(0, -), S(1, c), restart
            2 | bcde | 2 | bcde | 2 | bc    | 2 | S(2, bc), Q(0, bc)
            2 | bcde | 2 | bcde | 2 | bcde  | 3 | S(3, bcde)
            2 | bcde | 3 | bcde | 3 | bcde  | 3 | Q(1, bcde)
            2 | bcde | 2 | bcde | 2 | bcdef | 1 | Q(4, bcdef), S(1, bcdef)
            0 | bc   | 2 | bc   | 2 | bc    | 1 | Q(1, bc), S(1, bc)
            0 | bc   | 2 | bc   | 1 | b     | 1 | Q(0, b), S(1, b)
            1 | bc   | 1 | bc   | 1 | b     | 1 | S(1, b), Q(0, b)
            1 | bc   | 1 | bc   | 1 | bc    | 1 | none
            """)
    void leadsToWhatIsWanted(
            int quorum,
            String voters,
            int numsync,
            String sync,
            int confirmed,
            String active,
            int wanted,
            String expected) {
        assertThat(resolve("a", quorum, voters, numsync, sync, confirmed, active, wanted))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "new leader {0}; quorum {1} of {2}, {3} of {4}, {5} confirmed of {6}, {7} wanted: {8}")
    @CsvSource(delimiter = '|', textBlock = """
            b | 0 | b  | 1 | a   | 0 | -  | 1 | Q(0, a; leader b)
            b | 1 | bc | 1 | ac  | 0 | -  | 1 | Q(1, ac; leader b)
            b | 1 | bc | 1 | ac  | 0 | c  | 1 | Q(1, ac; leader b), S(1, c), Q(0, c)
            b | 0 | bc | 2 | ac  | 0 | c  | 2 | Q(0, c; leader b), S(1, c)
            b | 0 | b  | 0 | -   | 0 | b  | 1 | S(1, a), Q(0, a; leader b)
            b | 0 | b  | 0 | -   | 0 | -  | 1 | S(1, a), Q(0, a; leader b)
            d | 1 | bc | 1 | abc | 1 | bc | 1 | Q(2, abc; leader d), S(1, bc), Q(1, bc)
            """)
    void recordsTheNewLeader(
            String self,
            int quorum,
            String voters,
            int numsync,
            String sync,
            int confirmed,
            String active,
            int wanted,
            String expected) {
        assertThat(resolve(self, quorum, voters, numsync, sync, confirmed, active, wanted))
                .isEqualTo(expected);
    }

    @Test
    void repairsKeyThatDoesNotFitTheListWithoutAnybodyConfirmed() {
        assertThat(resolve("a", 0, "bc", 1, "bc", 0, "bc", 1)).isEqualTo("Q(1, bc)");
    }

    @Test
    void takesNamesThatDifferInCaseForTheSame() {
        var state = new QuorumState(node("A"), node("a"), 1, set("BC"), 1, set("bc"), 1, set("Bc"), 1);
        assertThat(QuorumResolver.resolve(state)).isEmpty();
    }

    @Test
    void namesBothSidesOfBrokenInvariant() {
        var state = new QuorumState(node("a"), node("a"), 0, set("bc"), 1, set("bc"), 1, set("bc"), 1);
        assertThatThrownBy(state::checkInvariants)
                .isInstanceOf(QuorumViolation.class)
                .hasMessage("quorum 0 of (a,b,c) and 1 of (a,b,c) need not overlap");
    }

    private static String resolve(
            String self,
            int quorum,
            String voters,
            int numsync,
            String sync,
            int confirmed,
            String active,
            int wanted) {
        var state = new QuorumState(
                node(self), node("a"), quorum, set(voters), numsync, set(sync), confirmed, set(active), wanted);
        List<SyncStep> steps = QuorumResolver.resolve(state);
        String leader = self.equals("a") ? "" : "; leader " + self;
        String drawing = steps.stream().map(QuorumResolverTest::draw).collect(Collectors.joining(", "));
        // the table names the leader only in the step that records it
        return steps.isEmpty() ? "none" : leaderOnce(drawing, leader);
    }

    private static String leaderOnce(String drawing, String leader) {
        return drawing.replaceFirst("Q\\(([^)]*)\\)", "Q($1" + leader + ")");
    }

    private static String draw(SyncStep step) {
        return switch (step) {
            case SyncStep.WriteKey key -> "Q(" + key.quorum() + ", " + letters(key.voters()) + ")";
            case SyncStep.SetNames set ->
                "S(" + set.names().number() + ", " + letters(set.names().names()) + ")";
            case SyncStep.Restart restart -> "restart";
            case SyncStep.DeleteKey delete -> throw new AssertionError(delete);
            case SyncStep.UseConfiguredNames configured -> throw new AssertionError(configured);
        };
    }
}
