package io.orangery.postgres.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reads what a program says to the end and keeps the last 256 KB of it.
 *
 * <p>On a platform thread: reading a pipe pins a virtual one to its carrier, and one program that says nothing for an hour (two pipes)
 * would take both carriers of a host with two cores from everything else that the agent runs on virtual threads.
 */
final class TailReader {
    private static final int KEPT_BYTES = 256 * 1024;
    private static final int STACK_BYTES = 128 * 1024;

    private final InputStream stream;
    private final CountDownLatch ended = new CountDownLatch(1);
    private byte[] kept = new byte[0];

    TailReader(String name, InputStream stream) {
        this.stream = stream;
        Thread.ofPlatform().name(name).daemon().stackSize(STACK_BYTES).start(this::read);
    }

    /**
     * Waits for the end of the stream.
     *
     * @param patience how long at most
     * @return what has come until then
     */
    String text(Duration patience) throws InterruptedException {
        ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        synchronized (this) {
            return new String(kept, StandardCharsets.UTF_8);
        }
    }

    private void read() {
        byte[] buffer = new byte[16 * 1024];
        try (stream) {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                keep(buffer, count);
            }
        } catch (IOException closed) {
            // Its process was ended: what came before is all there is.
        } finally {
            ended.countDown();
        }
    }

    private synchronized void keep(byte[] buffer, int count) {
        int old = Math.min(kept.length, KEPT_BYTES - count);
        byte[] next = new byte[old + count];
        System.arraycopy(kept, kept.length - old, next, 0, old);
        System.arraycopy(buffer, 0, next, old, count);
        kept = next;
    }
}
