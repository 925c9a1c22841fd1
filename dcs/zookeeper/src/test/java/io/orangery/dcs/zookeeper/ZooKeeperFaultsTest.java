package io.orangery.dcs.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.Entry;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.Lease;
import io.orangery.dcs.Timing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only ZooKeeper can do to a member: sessions that end, nodes of older sessions, replies that never come. */
final class ZooKeeperFaultsTest {
    private static final Duration TTL = Duration.ofSeconds(5);
    private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(2);
    private static final Optional<Integer> PLAIN = Optional.empty();

    private final List<Dcs> opened = new ArrayList<>();
    private ServerInProcess server;

    @BeforeEach
    void startServer(@TempDir Path directory) {
        server = new ServerInProcess(directory);
    }

    @AfterEach
    void stopServer() {
        opened.forEach(Dcs::close);
        server.stop();
    }

    @Test
    void expiredSessionNeverRenewsWhatSomebodyElseMayHaveHeld() {
        Dcs a = member("a");
        done(a.touchMember("{}"));
        Lease lost = done(a.acquireLeader());
        server.expire(lost.session());
        assertThat(answer(a.renewLeader())).isNotInstanceOf(Answer.Done.class);
        assertThat(done(a.readLeader(PLAIN))).isEmpty();
        assertThat(answer(a.renewLeader())).isNotInstanceOf(Answer.Done.class);
        Lease won = done(a.acquireLeader());
        assertThat(won.session()).isNotEqualTo(lost.session());
        done(a.touchMember("{}"));
        assertThat(entry(a, "members/a").session()).isEqualTo(won.session());
        assertThat(done(a.renewLeader())).isEqualTo(won);
    }

    @Test
    void expiredSessionLeavesTheKeyToItsNewHolder() {
        Dcs a = member("a");
        Dcs b = member("b");
        Lease lost = done(a.acquireLeader());
        done(b.touchMember("{}"));
        server.expire(lost.session());
        Lease held = until(b::acquireLeader);
        assertThat(answer(a.renewLeader())).isNotInstanceOf(Answer.Done.class);
        assertThat(answer(a.releaseLeader())).isNotInstanceOf(Answer.Done.class);
        assertThat(done(a.readLeader(PLAIN)).orElseThrow().value()).isEqualTo("b");
        assertThat(done(b.renewLeader())).isEqualTo(held);
    }

    @Test
    void stoppedServerIsUnreachableAndARestartedOneServesTheSameSession() {
        Dcs a = member("a");
        done(a.touchMember("{}"));
        Lease held = done(a.acquireLeader());
        server.stop();
        assertThat(answer(a.renewLeader())).isInstanceOf(Answer.Unreachable.class);
        assertThat(answer(a.write("sync", "1", Condition.absent()))).isInstanceOf(Answer.Unreachable.class);
        server.start();
        assertThat(until(a::renewLeader)).isEqualTo(held);
        assertThat(done(a.read()).entries()).containsOnlyKeys("leader", "members/a");
    }

    @Test
    void keysOfAnOlderSessionAreTakenOver() {
        Dcs earlier = member("a");
        done(earlier.touchMember("{\"state\":\"running\"}"));
        Lease old = done(earlier.acquireLeader());
        earlier.close();
        Dcs a = member("a");
        assertThat(answer(a.acquireLeader())).isInstanceOf(Answer.Refused.class);
        Lease taken = done(a.renewLeader());
        assertThat(taken.session()).isNotEqualTo(old.session());
        assertThat(entry(a, "leader").session()).isEqualTo(taken.session());
        assertThat(entry(a, "members/a"))
                .satisfies(member -> assertThat(member.session()).isEqualTo(taken.session()))
                .satisfies(member -> assertThat(member.value()).isEqualTo("{\"state\":\"running\"}"));
        server.expire(old.session());
        assertThat(done(a.renewLeader())).isEqualTo(taken);
    }

    @Test
    void aFreshNodeIsNotTakenForAnyVersion() {
        Dcs a = member("a");
        long first = done(a.write("sync", "{\"leader\":\"a\"}", Condition.version(0)));
        assertThat(first).isEqualTo(1);
        assertThat(answer(a.write("sync", "x", Condition.version(0)))).isInstanceOf(Answer.Refused.class);
        assertThat(done(a.write("sync", "{\"leader\":\"b\"}", Condition.version(first))))
                .isEqualTo(2);
        assertThat(answer(a.write("sync", "x", Condition.version(first)))).isInstanceOf(Answer.Refused.class);
        assertThat(answer(a.delete("sync", Condition.version(first)))).isInstanceOf(Answer.Refused.class);
        assertThat(entry(a, "sync").value()).isEqualTo("{\"leader\":\"b\"}");
    }

    @Test
    void versionsOfSyncGoOnAfterItsDelete() {
        Dcs a = member("a");
        long first = done(a.write("sync", "1", Condition.absent()));
        done(a.delete("sync", Condition.version(first)));
        assertThat(done(a.read()).get("sync")).isEmpty();
        assertThat(answer(a.write("sync", "2", Condition.version(first)))).isInstanceOf(Answer.Refused.class);
        assertThat(done(a.write("sync", "3", Condition.absent()))).isEqualTo(first + 2);
    }

    @Test
    void changedTtlKeepsBothKeysAndTheirOldSessionDoesNotTakeThemAlong() {
        Dcs a = member("a");
        Dcs b = member("b");
        done(a.touchMember("{}"));
        Lease old = done(a.acquireLeader());
        a.retime(new Timing(TTL.multipliedBy(2), Duration.ofSeconds(1), RETRY_TIMEOUT));
        Lease moved = done(a.renewLeader());
        assertThat(moved.session()).isNotEqualTo(old.session());
        assertThat(moved.validFor()).isEqualTo(TTL.multipliedBy(2)).isEqualTo(a.grantedTtl());
        server.expire(old.session());
        assertThat(done(b.readLinearizable()).entries()).containsOnlyKeys("leader", "members/a");
        assertThat(entry(b, "members/a").session()).isEqualTo(moved.session());
        assertThat(done(a.renewLeader())).isEqualTo(moved);
    }

    @Test
    void keyOfTheSessionBeforeAChangedTtlCanBeReleased() {
        Dcs a = member("a");
        done(a.acquireLeader());
        a.retime(new Timing(TTL.multipliedBy(2), Duration.ofSeconds(1), RETRY_TIMEOUT));
        done(a.touchMember("{}"));
        done(a.releaseLeader());
        done(member("b").acquireLeader());
    }

    @Test
    void sessionsAreGrantedWithinTheLimitsOfTheServer() {
        Dcs a = member("a", Duration.ofMillis(200));
        Lease lease = done(a.acquireLeader());
        assertThat(lease.validFor()).isEqualTo(Duration.ofSeconds(1)).isEqualTo(a.grantedTtl());
    }

    @Test
    void silentServerIsLeftForAnotherWithTheSameSession() throws Exception {
        try (SilencedRelay relay = new SilencedRelay(server.address())) {
            Dcs a = member("a", Duration.ofSeconds(60), RETRY_TIMEOUT, section(relay));
            done(a.touchMember("{}"));
            Lease held = done(a.acquireLeader());
            relay.silenceOpenConnections();
            assertThat(answer(a.renewLeader())).isInstanceOf(Answer.Unreachable.class);
            assertThat(until(a::renewLeader)).isEqualTo(held);
        }
    }

    @Test
    void lostReplyOfACompareAndSetIsReadBack() throws Exception {
        try (SilencedRelay relay = new SilencedRelay(server.address())) {
            Dcs a = member("a", Duration.ofSeconds(60), Duration.ofSeconds(9), section(relay));
            long first = done(a.write("sync", "1", Condition.absent()));
            relay.loseRepliesOfOpenConnections();
            assertThat(done(a.write("sync", "2", Condition.version(first)))).isEqualTo(first + 1);
            assertThat(entry(a, "sync").version()).isEqualTo(first + 1);
        }
    }

    @Test
    void lostReplyOfACreationIsNotTakenForASuccess() throws Exception {
        try (SilencedRelay relay = new SilencedRelay(server.address())) {
            Dcs a = member("a", Duration.ofSeconds(60), Duration.ofSeconds(9), section(relay));
            done(a.touchMember("{}"));
            relay.loseRepliesOfOpenConnections();
            assertThat(answer(a.write("initialize", "", Condition.absent()))).isInstanceOf(Answer.Unreachable.class);
            assertThat(entry(a, "initialize").version()).isEqualTo(1);
        }
    }

    @Test
    void lostReplyOfAnAcquisitionIsRecognisedByItsSession() throws Exception {
        try (SilencedRelay relay = new SilencedRelay(server.address())) {
            Dcs a = member("a", Duration.ofSeconds(60), Duration.ofSeconds(9), section(relay));
            done(a.touchMember("{}"));
            relay.loseRepliesOfOpenConnections();
            Lease held = done(a.acquireLeader());
            assertThat(entry(a, "leader").session()).isEqualTo(held.session());
        }
    }

    @Test
    void lostReplyOfAHandOverIsReadBack() throws Exception {
        try (SilencedRelay relay = new SilencedRelay(server.address())) {
            Dcs a = member("a", Duration.ofSeconds(60), Duration.ofSeconds(9), section(relay));
            done(member("b").touchMember("{}"));
            done(a.acquireLeader());
            long failover = done(a.write("failover", "asked", Condition.absent()));
            relay.loseRepliesOfOpenConnectionsWhen(() -> !server.has("/service/batman/leader"));
            HandOver toB = new HandOver("b", "handed over", failover, Optional.of("42"));
            assertThat(done(a.handOver(toB))).isEqualTo(HandedOver.RELEASED);
            assertThat(done(a.readLinearizable()).entries()).containsOnlyKeys("failover", "members/b", "status");
            assertThat(entry(a, "failover").version()).isEqualTo(failover + 1);
            assertThat(answer(a.renewLeader())).isInstanceOf(Answer.Refused.class);
        }
    }

    @Test
    void manyRequestsWithoutAServerAreBounded() {
        Dcs a = member("a");
        done(a.touchMember("{}"));
        server.stop();
        List<CompletionStage<Answer<Optional<Entry>>>> asked = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            asked.add(a.readLeader(PLAIN));
        }
        assertThat(asked).allSatisfy(stage -> assertThat(answer(stage)).isInstanceOf(Answer.Unreachable.class));
        server.start();
        until(() -> a.readLeader(PLAIN));
    }

    private Dcs member(String name) {
        return member(name, TTL);
    }

    private static Map<String, Object> section(SilencedRelay relay) {
        return Map.of("hosts", List.of(relay.connectString()));
    }

    private Dcs member(String name, Duration ttl) {
        return member(name, ttl, RETRY_TIMEOUT, server.section());
    }

    private Dcs member(String name, Duration ttl, Duration retryTimeout, Map<String, Object> section) {
        Dcs dcs = new ZooKeeperDcsProvider()
                .open(new DcsSettings(
                        section,
                        "zookeeper",
                        "service",
                        "batman",
                        PLAIN,
                        false,
                        Optional.of(name),
                        ttl,
                        Duration.ofSeconds(1),
                        retryTimeout));
        opened.add(dcs);
        return dcs;
    }

    private static Entry entry(Dcs dcs, String key) {
        return done(dcs.readLinearizable()).get(key).orElseThrow();
    }

    /** The bound is the port's: {@code retryTimeout} and a second, here with room for a slow machine. */
    private static <T> Answer<T> answer(CompletionStage<Answer<T>> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static <T> T done(CompletionStage<Answer<T>> stage) {
        Answer<T> answer = answer(stage);
        assertThat(answer).isInstanceOf(Answer.Done.class);
        return ((Answer.Done<T>) answer).value();
    }

    private static <T> T until(Supplier<CompletionStage<Answer<T>>> request) {
        for (int tries = 0; tries < 20; tries++) {
            if (answer(request.get()) instanceof Answer.Done<T>(T value)) {
                return value;
            }
        }
        throw new AssertionError("no success in 20 requests");
    }
}
