package io.orangery.actors;

import io.orangery.core.citus.TopologyStep;
import io.orangery.core.citus.TopologyTask;
import io.orangery.core.citus.TopologyWork;
import io.orangery.core.cluster.GroupId;
import io.orangery.postgres.citus.CitusMetadata.Blocker;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/** What an operator reads of the topology: each change, each pause with its length, and a problem once for as long as it lasts. */
final class TopologyLog {
    private final Logger log;
    private String lastProblem = "";

    TopologyLog(Logger log) {
        this.log = log;
    }

    /** @param held writes were held before this work began */
    void succeeded(TopologyWork.Run run, TopologyTransaction.Ended.Succeeded done, boolean held, Duration now) {
        GroupId group = run.task().group();
        if (!done.steps().isEmpty()) {
            lastProblem = "";
            log.info("{} of group {}: {}", name(run.task()), group, text(done.steps()));
        }
        boolean heldWrites = held || run.begin() && !done.steps().isEmpty();
        if (done.committed() && heldWrites) {
            // Citus tells the other nodes after COMMIT, and refuses DDL until it has (citus T17)
            done.pause()
                    .ifPresent(pause -> log.info(
                            "{}; DDL may be refused as out of sync for some seconds", pause.account(group, now)));
        }
    }

    /** An event gets its line each time; a heartbeat comes again and again. */
    void failed(TopologyTask task, String why) {
        String problem = "%s of group %s failed: %s".formatted(name(task), task.group(), why);
        if (task.fromHeartbeat()) {
            once(problem);
        } else {
            log.warn(problem);
        }
    }

    void unreadable(String why) {
        once("pg_dist_node cannot be read: " + why);
    }

    void readable() {
        lastProblem = "";
    }

    private void once(String problem) {
        if (problem.equals(lastProblem)) {
            log.debug(problem);
        } else {
            log.warn(problem);
        }
        lastProblem = problem;
    }

    void rolledBack(GroupId group, TopologyPause pause, Duration now, String why) {
        log.warn("{}: rolled back, writes go to the old address: {}", pause.account(group, now), why);
    }

    void waitsFor(GroupId group, List<Blocker> blockers) {
        blockers.forEach(blocker -> log.info(
                "group {} waits for backend {} ({}, {}, {}, transaction of {} ms)",
                group,
                blocker.pid(),
                blocker.user(),
                blocker.application(),
                blocker.state(),
                blocker.transactionAge().toMillis()));
    }

    private static String name(TopologyTask task) {
        return task.fromHeartbeat() ? "heartbeat" : task.event().text();
    }

    private static String text(List<TopologyStep> steps) {
        return steps.stream()
                .map(step -> switch (step) {
                    case TopologyStep.Update update ->
                        "nodeid %d becomes %s:%d"
                                .formatted(
                                        update.nodeid(),
                                        update.nodename(),
                                        update.address().port());
                    case TopologyStep.Pause pause -> "writes to %s are held".formatted(pause.address());
                    case TopologyStep.Readdress readdress ->
                        "nodeid %d becomes %s".formatted(readdress.nodeid(), readdress.address());
                    case TopologyStep.Add add ->
                        "%s is added as %s"
                                .formatted(add.address(), add.role().name().toLowerCase(Locale.ROOT));
                    case TopologyStep.Remove remove -> "%s is removed".formatted(remove.address());
                })
                .collect(Collectors.joining(", "));
    }
}
