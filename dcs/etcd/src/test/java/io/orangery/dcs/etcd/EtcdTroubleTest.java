package io.orangery.dcs.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Change;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.Entry;
import io.orangery.dcs.Lease;
import io.orangery.dcs.Tree;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only etcd can be in trouble with: several servers, frozen ones, logins, clients that die. */
final class EtcdTroubleTest {
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(3);

    private final List<Dcs> opened = new ArrayList<>();
    private EtcdServer server;

    @BeforeEach
    void startServer() {
        server = EtcdServer.startOrSkip();
    }

    @AfterEach
    void stopServer() {
        opened.forEach(Dcs::close);
        if (server != null) {
            server.close();
        }
    }

    static DcsSettings settings(String member, Map<String, Object> section) {
        return new DcsSettings(
                section,
                "etcd3",
                "service",
                "batman",
                Optional.empty(),
                false,
                Optional.of(member),
                TTL,
                Duration.ofSeconds(1),
                RETRY_TIMEOUT);
    }

    private Dcs open(String member) {
        return open(member, Map.of("host", server.endpoint()));
    }

    private Dcs open(String member, Map<String, Object> section) {
        Dcs dcs = new EtcdDcsProvider().open(settings(member, section));
        opened.add(dcs);
        return dcs;
    }

    /** Waits as long as the port allows an answer to take, and not longer. */
    private static <T> Answer<T> ask(CompletionStage<Answer<T>> stage) throws Exception {
        return stage.toCompletableFuture().get(RETRY_TIMEOUT.plusSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
    }

    private static <T> T done(CompletionStage<Answer<T>> stage) throws Exception {
        Answer<T> answer = ask(stage);
        assertThat(answer).isInstanceOf(Answer.Done.class);
        return ((Answer.Done<T>) answer).value();
    }

    private static void await(String what, BooleanSupplier condition) {
        for (int tries = 0; tries < 1_000; tries++) {
            if (condition.getAsBoolean()) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        throw new AssertionError("waited in vain for " + what);
    }

    private static boolean holds(Dcs dcs, String... keys) {
        return dcs.readLinearizable().toCompletableFuture().join() instanceof Answer.Done<Tree>(Tree tree)
                && tree.entries().keySet().equals(Set.of(keys));
    }

    @Test
    void keysOfAKilledProcessEndWithItsLease() throws Exception {
        Dcs observer = open("b");
        Process client = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DyingClient.class.getName(),
                        server.endpoint())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await("the keys of the other process", () -> holds(observer, "leader", "members/a"));
        } finally {
            client.destroyForcibly().waitFor();
        }
        assertThat(ask(observer.acquireLeader())).isInstanceOf(Answer.Refused.class);
        await("their end", () -> holds(observer));
        done(observer.acquireLeader());
    }

    @Test
    void frozenServerIsUnreachableInTimeAndUsableAfterwards() throws Exception {
        Dcs dcs = open("a");
        Queue<Change> hints = new ConcurrentLinkedQueue<>();
        dcs.onChange(hints::add);
        done(dcs.touchMember("{}"));
        Lease before = done(dcs.acquireLeader());
        server.freeze();
        try {
            var renewal = dcs.renewLeader();
            var write = dcs.write("sync", "{}", Condition.absent());
            var read = dcs.readLinearizable();
            assertThat(ask(renewal)).isInstanceOf(Answer.Unreachable.class);
            assertThat(ask(write)).isInstanceOf(Answer.Unreachable.class);
            assertThat(ask(read)).isInstanceOf(Answer.Unreachable.class);
            hints.clear();
        } finally {
            server.thaw();
        }
        await("a renewal", () -> dcs.renewLeader().toCompletableFuture().join().succeeded());
        assertThat(done(dcs.readLeader(Optional.empty())).orElseThrow().value()).isEqualTo("a");
        assertThat(before.validFor()).isEqualTo(TTL);
        await("the hint that hints were lost", () -> hints.contains(Change.EVERYTHING));
    }

    @Test
    void deadServerAmongSeveralIsLeft() throws Exception {
        int deadPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            deadPort = socket.getLocalPort();
        }
        Dcs dcs = open("a", Map.of("hosts", List.of("127.0.0.1:" + deadPort, server.endpoint())));
        done(dcs.touchMember("{}"));
        done(dcs.acquireLeader());
        done(dcs.write("sync", "{}", Condition.absent()));
    }

    @Test
    void serverThatSwallowsRequestsIsLeft() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String muteEndpoint = "127.0.0.1:" + mute.getLocalPort();
            Dcs dcs = open("a", Map.of("hosts", muteEndpoint + "," + server.endpoint()));
            done(dcs.acquireLeader());
            done(dcs.renewLeader());
        }
    }

    @Test
    void keyWithOwnNameButWithoutLeaseIsBoundToTheOwnLease() throws Exception {
        Dcs dcs = open("a");
        done(dcs.write("leader", "a", Condition.always()));
        Lease lease = done(dcs.renewLeader());
        Entry leader = done(dcs.readLeader(Optional.empty())).orElseThrow();
        assertThat(leader.session()).isEqualTo(lease.session()).isNotEmpty();
    }

    @Test
    void leaseLostDuringAnOutageIsReplacedWhileTheKeyIsFree() throws Exception {
        Dcs dcs = open("a");
        done(dcs.touchMember("{}"));
        Lease first = done(dcs.acquireLeader());
        Dcs observer = open("b");
        await("the end of the lease", () -> holds(observer));
        server.kill();
        server.start();
        await("a renewal", () -> dcs.renewLeader().toCompletableFuture().join().succeeded());
        Lease second = done(dcs.renewLeader());
        assertThat(second.session()).isNotEqualTo(first.session());
        assertThat(holds(observer, "leader", "members/a")).isTrue();
    }

    @Test
    void loginIsUsedAndRenewedAndAWrongOneIsRefused() throws Exception {
        switchAuthenticationOn("secret");
        Dcs right = open("a", Map.of("url", "http://root:secret@" + server.endpoint()));
        done(right.touchMember("{}"));
        done(right.acquireLeader());
        Queue<Change> hints = new ConcurrentLinkedQueue<>();
        right.onChange(hints::add);
        await("the view", () -> right.read().toCompletableFuture().join().succeeded());
        Dcs wrong = open("b", Map.of("host", server.endpoint(), "username", "root", "password", "guess"));
        assertThat(ask(wrong.acquireLeader())).isInstanceOf(Answer.Refused.class);
        Dcs without = open("c");
        assertThat(ask(without.write("status", "1", Condition.always()))).isInstanceOf(Answer.Refused.class);
        assertThat(ask(without.readLinearizable())).isInstanceOf(Answer.Unreachable.class);
        // Simple tokens live in the server's memory: after a restart everybody logs in again.
        server.kill();
        server.start();
        await(
                "a write with a new token",
                () -> right.write("status", "1", Condition.always())
                        .toCompletableFuture()
                        .join()
                        .succeeded());
        await("the hint for it", () -> hints.contains(new Change("status")) || hints.contains(Change.EVERYTHING));
    }

    @Test
    void loginIsNoHarmWhereAuthenticationIsOff() throws Exception {
        Dcs dcs = open("a", Map.of("url", "http://root:secret@" + server.endpoint()));
        done(dcs.acquireLeader());
    }

    private void switchAuthenticationOn(String password) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(server.endpoint()).usePlaintext().build();
        try {
            AuthGrpc.AuthBlockingStub auth =
                    AuthGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(10, TimeUnit.SECONDS);
            auth.userAdd(AuthUserAddRequest.newBuilder()
                    .setName("root")
                    .setPassword(password)
                    .build());
            auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
            auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                    .setUser("root")
                    .setRole("root")
                    .build());
            auth.authEnable(AuthEnableRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }
}
