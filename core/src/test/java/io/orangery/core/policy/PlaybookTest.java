package io.orangery.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlaybookTest {
    private static List<Step> demote(DemoteMode mode, Views views) {
        return Playbook.operation(new Decision.Demote(mode, Optional.empty(), "a test"), views.build())
                .orElseThrow()
                .steps();
    }

    /** What is left of the lease, less the margin; then it is stopped immediately, and killed. */
    @Test
    void withoutTheStoreTheStopIsOverBeforeTheLease() {
        Views unreachable = Views.of("a").primary(1000).leaseUnknownUntil(Views.NOW.plusSeconds(4));
        assertThat(demote(DemoteMode.OFFLINE, unreachable))
                .startsWith(new Step.StopPostgres(true, Optional.of(Duration.ofSeconds(3))), new Step.ForgetLease());
    }

    /** Somebody else may be a primary already. */
    @Test
    void aLostLeaseIsAnsweredByAStopThatDoesNotWait() {
        assertThat(demote(
                        DemoteMode.IMMEDIATE_NOLOCK, Views.of("a").primary(1000).leaseLost("held by b")))
                .startsWith(new Step.StopPostgres(false, Optional.of(Limits.IMMEDIATE_STOP)), new Step.ForgetLease());
    }

    @Test
    void theKeyGoesAfterThePostmaster() {
        for (DemoteMode mode : List.of(DemoteMode.GRACEFUL, DemoteMode.IMMEDIATE)) {
            List<Step> steps = demote(mode, Views.of("a").primary(1000).holdingLease());
            int stop = steps.indexOf(steps.stream()
                    .filter(Step.StopPostgres.class::isInstance)
                    .findFirst()
                    .orElseThrow());
            assertThat(steps.indexOf(new Step.ReleaseLease())).isGreaterThan(stop);
        }
    }
}
