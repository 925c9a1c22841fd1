package io.orangery.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.core.cluster.PostgresState;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import io.orangery.ctl.rest.MemberApi.Patience;
import io.orangery.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Waits until members that copy their data anew have done so. Without a time limit: copies take hours. */
final class ReinitProgress {
    private static final Duration PERIOD = Duration.ofSeconds(2);
    /** A member that goes on running for so many looks has either not begun or was faster than the looks. */
    private static final int LOOKS_BEFORE_BELIEVED = 5;

    private final Session session;
    private final List<GroupMember> waiting;
    private final Set<GroupMember> begun = new HashSet<>();
    private int looks;

    ReinitProgress(Session session, List<GroupMember> started) {
        this.session = session;
        this.waiting = new ArrayList<>(started);
    }

    void await() {
        int announced = 0;
        while (!waiting.isEmpty()) {
            if (announced != waiting.size()) {
                session.terminal().line("Waiting for reinitialize to complete on: " + MemberSelection.names(waiting));
                announced = waiting.size();
            }
            session.sleep(PERIOD);
            looks++;
            waiting.removeIf(this::completed);
        }
    }

    private boolean completed(GroupMember member) {
        Optional<String> state = state(member);
        if (state.isEmpty()) {
            return false;
        }
        boolean running = state.get().equals(PostgresState.RUNNING.text());
        if (!running) {
            begun.add(member);
        }
        boolean copying = state.get().equals(PostgresState.CREATING_REPLICA.text());
        // At first the data directory is stopped and emptied: only running again, after something else, is the end
        // (ctl.md X7).
        boolean done =
                running ? begun.contains(member) || looks >= LOOKS_BEFORE_BELIEVED : !copying && failedFor(state.get());
        if (done) {
            session.terminal().line("Reinitialize is completed on: " + member.name());
        }
        return done;
    }

    private static boolean failedFor(String state) {
        return state.equals(PostgresState.START_FAILED.text());
    }

    /** Empty: it could not be asked, or does not say. */
    private Optional<String> state(GroupMember member) {
        try {
            String body = session.api()
                    .call("GET", MemberCalls.address(member), "patroni", Optional.empty(), Patience.ORDINARY)
                    .body();
            return Json.parse(body)
                    .map(json -> json.get("state"))
                    .filter(JsonNode::isTextual)
                    .map(JsonNode::asText);
        } catch (IOException unreachable) {
            session.terminal().warn(unreachable.getMessage());
            return Optional.empty();
        }
    }
}
