package io.orangery.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Operation.Kind;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AftermathTest {
    private static final Duration NOW = Duration.ofSeconds(1000);

    private static Memory failed(Kind kind, Step step) {
        return Aftermath.remember(Memory.BLANK, kind, new Aftermath.Ending.Failed(step, "why"), NOW);
    }

    /** Else a server that did not start at once after a good rewind would never be started again. */
    @Test
    void onlyPgRewindItselfSaysThatRewindingDoesNotWork() {
        assertThat(failed(Kind.REWIND, new Step.StopPostgres(true, Optional.empty()))
                        .rewind())
                .isEqualTo(RewindState.NEEDED);
        assertThat(failed(Kind.REWIND, new Step.RunRewind(new NodeId("b"))).rewind())
                .isEqualTo(RewindState.FAILED);
        assertThat(failed(Kind.REWIND, new Step.FollowUpstream(Optional.empty(), Optional.empty()))
                        .rewind())
                .isEqualTo(RewindState.SUCCEEDED);
    }

    @Test
    void aDemotionHasTheDivergenceChecked() {
        Memory after = Aftermath.remember(Memory.BLANK, Kind.DEMOTE, new Aftermath.Ending.Succeeded(), NOW);
        assertThat(after.rewind()).isEqualTo(RewindState.CHECK);
        assertThat(after.steppedDownAt()).contains(NOW);
    }

    @Test
    void aLostRaceForTheBootstrapDoesNotEndTheProcess() {
        assertThat(failed(Kind.BOOTSTRAP, new Step.ClaimBootstrap()).haltReason())
                .isEmpty();
        assertThat(failed(Kind.BOOTSTRAP, new Step.RunInitdb()).haltReason()).isPresent();
    }

    @Test
    void onlyAFailedScriptDelaysTheNextPromotion() {
        assertThat(failed(Kind.PROMOTE, new Step.RunPrePromote()).prePromoteFailedAt())
                .contains(NOW);
        assertThat(failed(Kind.PROMOTE, new Step.PrepareSynchronousReplication(Optional.empty()))
                        .prePromoteFailedAt())
                .isEmpty();
    }
}
