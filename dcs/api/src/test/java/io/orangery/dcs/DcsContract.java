package io.orangery.dcs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link Dcs}. The test of a plugin extends this class and provides {@link #store()}; it inherits the tests of keys, of
 * the lease and its hand-over, and, here, of hints and of a store that is out of reach.
 */
public abstract class DcsContract extends HandOverContract {
    @Test
    void changesByOthersAreHinted() {
        Connection a = member("a");
        Connection b = member("b");
        b.done(b.dcs().read());
        a.write("config", "{}", Condition.always());
        b.awaitHint("config");
        b.hints().clear();
        a.done(a.dcs().acquireLeader());
        b.awaitHint("leader");
        b.hints().clear();
        a.done(a.dcs().releaseLeader());
        b.awaitHint("leader");
    }

    @Test
    void hintsOfAGroupCarryTheGroup() {
        Connection coordinator = member("c", 0);
        Connection worker = member("w", 1);
        coordinator.done(coordinator.dcs().read());
        worker.done(worker.dcs().touchMember("{}"));
        coordinator.awaitHint("1/members/w");
    }

    @Test
    void endOfALeaseIsHinted() {
        Connection a = member("a");
        Connection b = member("b");
        a.done(a.dcs().acquireLeader());
        b.await(
                "the leader in the view",
                () -> b.done(b.dcs().read()).get("leader").isPresent());
        b.hints().clear();
        underTest().kill(a.dcs());
        b.awaitHint("leader");
        b.await(
                "its absence in the view",
                () -> b.done(b.dcs().read()).get("leader").isEmpty());
    }

    @Test
    void storeOutOfReachIsNeitherSuccessNorRefusal() {
        Connection a = member("a");
        a.done(a.dcs().touchMember("{}"));
        a.done(a.dcs().acquireLeader());
        long version = a.write("sync", "{}", Condition.always());
        underTest().stop();
        try {
            Dcs dcs = a.dcs();
            List.of(
                            dcs.readLinearizable(),
                            dcs.readGroup(0),
                            dcs.readLeader(Optional.empty()),
                            dcs.acquireLeader(),
                            dcs.renewLeader(),
                            dcs.takeLeader(),
                            dcs.releaseLeader(),
                            dcs.handOver(new HandOver("b", "{}", 1, Optional.empty())),
                            dcs.touchMember("{\"changed\":true}"),
                            dcs.write("status", "1", Condition.always()),
                            dcs.write("initialize", "", Condition.absent()),
                            dcs.write("sync", "1", Condition.version(version)),
                            dcs.delete("sync", Condition.always()),
                            dcs.deleteCluster())
                    .forEach(a::unreachable);
            a.await("the end of cached reads", () -> a.ask(dcs.read()) instanceof Answer.Unreachable<Tree>);
        } finally {
            underTest().start();
        }
    }

    @Test
    void connectionRecoversByItselfAndSaysThatHintsWereLost() {
        Connection a = member("a");
        Connection b = member("b");
        b.done(b.dcs().read());
        underTest().stop();
        a.await("the outage", () -> a.ask(a.dcs().readLinearizable()) instanceof Answer.Unreachable<Tree>);
        b.hints().clear();
        underTest().start();
        a.awaitDone("the first write", () -> a.dcs().write("config", "{}", Condition.always()));
        a.awaitDone("the lease", () -> a.dcs().acquireLeader());
        b.awaitEverything();
        b.await(
                "what was missed",
                () -> b.ask(b.dcs().read()) instanceof Answer.Done<Tree>(Tree tree)
                        && tree.get("config").isPresent());
        b.hints().clear();
        a.write("config", "{\"ttl\":30}", Condition.always());
        b.awaitHint("config");
        assertThat(key(b.linearizable(), "config").value()).isEqualTo("{\"ttl\":30}");
    }
}
