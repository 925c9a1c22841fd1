package io.orangery.dcs.etcd;

import io.orangery.dcs.Dcs;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A process of its own that holds both keys until it is killed: once acquired, it never asks for anything again. */
final class DyingClient {
    private DyingClient() {}

    public static void main(String[] arguments) throws InterruptedException {
        Dcs dcs = new EtcdDcsProvider().open(EtcdTroubleTest.settings("a", Map.of("host", arguments[0])));
        dcs.touchMember("{}").toCompletableFuture().join();
        dcs.acquireLeader().toCompletableFuture().join();
        new CountDownLatch(1).await();
    }
}
