package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.orangery.core.policy.DcsSeen;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private final HandMovedTime time = new HandMovedTime();
    private final ScriptedStore store = new ScriptedStore();
    private final List<DcsSeen> seen = new ArrayList<>();
    private final ActorRef<Membership.Command> membership =
            time.here(Membership.create(store, Optional.empty(), time, Duration.ofSeconds(5), seen::add));

    @AfterEach
    void end() {
        time.close();
    }

    private void publish(String name) {
        membership.tell(new Membership.Publish(NodeWorld.member(name, false), Optional.empty()));
    }

    /** The session that the leader key hangs on must end with a node actor that hangs. */
    @Test
    void keepsTheMemberAliveOnlyWhenItIsAskedTo() {
        publish("a");
        store.answer("touch", Answer.<Void>done(null));
        time.pass(Duration.ofSeconds(60));
        assertThat(store.count("touch")).isEqualTo(1);
        membership.tell(Membership.Repeat.NOW);
        assertThat(store.count("touch")).isEqualTo(2);
    }

    @Test
    void writesOneAfterTheOtherAndTheLatestLast() {
        publish("a");
        publish("b");
        publish("c");
        assertThat(store.count("touch")).isEqualTo(1);
        store.answer("touch", Answer.<Void>done(null));
        assertThat(store.count("touch")).isEqualTo(2);
        assertThat(store.asked.getLast().path()).contains("//c:5432");
    }

    @Test
    void readsOneAfterTheOtherAndRemembersThatOneMustBeLinearizable() {
        assertThat(store.names()).containsExactly("read");
        membership.tell(new Membership.Read(true));
        store.listener.accept(new Change("leader"));
        assertThat(store.names()).containsExactly("read");
        store.answer("read", Answer.done(NodeWorld.keys("a")));
        assertThat(store.names()).containsExactly("read", "readLinearizable");
        time.pass(Duration.ofSeconds(1));
        store.answer("readLinearizable", Answer.done(NodeWorld.keys("a")));
        assertThat(seen.getLast())
                .isInstanceOfSatisfying(
                        DcsSeen.Fresh.class,
                        fresh -> assertThat(fresh.linearizableAt()).isEqualTo(fresh.readAt()));
    }

    @Test
    void keepsWhatItKnowsWhenTheStoreFallsSilent() {
        store.answer("read", Answer.done(NodeWorld.keys("a")));
        membership.tell(new Membership.Read(false));
        store.answer("read", Answer.unreachable("timeout"));
        assertThat(seen.getLast()).isInstanceOf(DcsSeen.Unreachable.class);
        assertThat(seen.getLast().current()).isEmpty();
        assertThat(seen.getLast().lastKnown()).isPresent();
        time.pass(Duration.ofSeconds(1));
        assertThat(store.count("read")).isEqualTo(3);
    }
}
