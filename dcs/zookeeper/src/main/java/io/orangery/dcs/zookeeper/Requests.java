package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.ACL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each operation of the port on a virtual thread of its own and repeats it until {@code retryTimeout} while the store is in trouble.
 * Nothing is queued inside the client while there is no connection, and the number of operations under way is bounded.
 */
final class Requests {
    /**
     * One try of an operation. The same object is run again after trouble, so it can remember that an earlier try may have taken effect.
     *
     * @param <T> what a success carries
     */
    interface Attempt<T> {
        Answer<T> run(Exchange exchange) throws KeeperException, Unanswered, InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);
    private static final int MOST_UNDER_WAY = 256;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Connection connection;
    private final List<ACL> acl;
    private final Semaphore places = new Semaphore(MOST_UNDER_WAY);

    Requests(Connection connection, List<ACL> acl) {
        this.connection = connection;
        this.acl = acl;
    }

    <T> CompletionStage<Answer<T>> submit(Attempt<T> attempt) {
        if (!places.tryAcquire()) {
            return CompletableFuture.completedFuture(
                    Answer.unreachable("more than " + MOST_UNDER_WAY + " requests wait for an answer"));
        }
        Deadline deadline = Deadline.in(connection.timing().retryTimeout());
        CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
        Thread.ofVirtual().name("zookeeper-request").start(() -> {
            Answer<T> outcome = runSafely(attempt, deadline);
            places.release();
            answer.complete(outcome);
        });
        return answer;
    }

    private <T> Answer<T> runSafely(Attempt<T> attempt, Deadline deadline) {
        try {
            return repeat(attempt, deadline);
        } catch (InterruptedException stop) {
            return Answer.unreachable("interrupted");
        } catch (IllegalArgumentException badPath) {
            return Answer.refused("ZooKeeper does not accept this key: " + badPath.getMessage());
        } catch (RuntimeException bug) {
            LOG.error("unexpected failure of a request", bug);
            return Answer.unreachable(bug.toString());
        }
    }

    private <T> Answer<T> repeat(Attempt<T> attempt, Deadline deadline) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            String trouble;
            try {
                return attempt.run(new Exchange(connection.connected(deadline), deadline, acl));
            } catch (Unanswered unanswered) {
                trouble = unanswered.getMessage();
            } catch (KeeperException answer) {
                if (!Trouble.in(answer)) {
                    return Answer.refused(answer.getMessage());
                }
                trouble = answer.getMessage();
            }
            if (connection.isClosed() || deadline.left().compareTo(pause) <= 0) {
                return Answer.unreachable(trouble);
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2);
            pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        }
    }
}
