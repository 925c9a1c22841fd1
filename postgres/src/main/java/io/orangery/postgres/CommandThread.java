package io.orangery.postgres;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs commands on the adapter's threads, one at a time. Cancelling interrupts the thread of the running one: every wait in a command ends
 * then, and a program that it waits for is ended first.
 */
final class CommandThread {
    private static final Logger LOG = LoggerFactory.getLogger(CommandThread.class);

    private final Executor threads;
    private final ReentrantLock oneAtATime = new ReentrantLock(true);
    private final Object guard = new Object();
    private Thread running;
    private CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);

    CommandThread(Executor threads) {
        this.threads = threads;
    }

    /** Work that blocks. An interruption means: cancelled. */
    interface Work<T> {
        T run() throws Exception;
    }

    /**
     * @param cancelled what to answer then
     * @param failed what to answer to an exception: adapters turn them into values
     */
    <T> CompletionStage<T> run(String name, Work<T> work, T cancelled, Function<String, T> failed) {
        var answer = new CompletableFuture<T>();
        threads.execute(() -> answer.complete(runHere(name, work, cancelled, failed)));
        return answer;
    }

    private <T> T runHere(String name, Work<T> work, T cancelled, Function<String, T> failed) {
        oneAtATime.lock();
        var done = new CompletableFuture<Void>();
        begin(done);
        try {
            return work.run();
        } catch (InterruptedException interrupted) {
            LOG.info("{}: cancelled", name);
            return cancelled;
        } catch (Exception failure) {
            LOG.error("{} failed", name, failure);
            return failed.apply(failure.getMessage() == null ? failure.toString() : failure.getMessage());
        } finally {
            end();
            oneAtATime.unlock();
            done.complete(null);
        }
    }

    private void begin(CompletableFuture<Void> done) {
        synchronized (guard) {
            running = Thread.currentThread();
            ended = done;
        }
    }

    private void end() {
        synchronized (guard) {
            running = null;
            // The thread goes back to the pool: a late interruption must not hit the next one.
            Thread.interrupted();
        }
    }

    /** Completed when the command that runs now has ended. */
    CompletionStage<Void> cancel() {
        synchronized (guard) {
            if (running != null) {
                running.interrupt();
            }
            return ended.copy();
        }
    }
}
