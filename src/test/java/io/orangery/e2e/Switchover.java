package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.formation.FormationNode;
import io.orangery.formation.NodeRest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** A switchover of one group to the first of its standbys, which goes on while a test does something else. */
record Switchover(FormationNode former, FormationNode candidate, CompletableFuture<NodeRest.Reply> reply) {

    private static final int REFUSED = 412;

    static Switchover begin(FormationUnderTest formation, int group) {
        FormationNode former = formation.leader(group);
        FormationNode candidate = formation.standbys(group).getFirst();
        return new Switchover(
                former,
                candidate,
                CompletableFuture.supplyAsync(
                        () -> ask(formation, former, candidate),
                        task -> Thread.ofVirtual().start(task)));
    }

    /** A refusal comes before anything is done, and passes: the answer of a busy standby may have been late. */
    private static NodeRest.Reply ask(FormationUnderTest formation, FormationNode former, FormationNode candidate) {
        AtomicReference<NodeRest.Reply> last = new AtomicReference<>();
        try {
            await("a switchover to " + candidate.name(), () -> {
                last.set(formation.rest().switchover(former, former.name(), candidate.name()));
                return last.get().status() != REFUSED;
            });
            return last.get();
        } catch (TimeoutException late) {
            throw new CompletionException(late);
        }
    }

    /** Waits for its end, which must be a success. */
    void succeeds() {
        assertThat(reply.join())
                .isEqualTo(new NodeRest.Reply(200, "Successfully switched over to \"" + candidate.name() + "\""));
    }
}
