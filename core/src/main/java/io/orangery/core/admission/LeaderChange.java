package io.orangery.core.admission;

import io.orangery.core.cluster.NodeId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;

/**
 * A request for another leader, well formed (rest-api 11.1, 11.3).
 *
 * @param action what is done: a failover that names a leader is done as a switchover
 * @param requested what was asked for, by the path of the request
 * @param leader who is to step down; always present for a switchover
 * @param candidate who is to take over; always present for a failover
 * @param scheduledAt empty: now
 */
public record LeaderChange(
        Action action,
        Action requested,
        Optional<NodeId> leader,
        Optional<NodeId> candidate,
        Optional<OffsetDateTime> scheduledAt) {

    /** The two ways to another leader. */
    public enum Action {
        SWITCHOVER("switchover", "Switchover", "switched"),
        FAILOVER("failover", "Failover", "failed");

        private final String text;
        private final String capitalized;
        private final String done;

        Action(String text, String capitalized, String done) {
            this.text = text;
            this.capitalized = capitalized;
            this.done = done;
        }

        public String text() {
            return text;
        }

        /** As answers begin with it. */
        public String capitalized() {
            return capitalized;
        }

        /** {@code switched} or {@code failed}, before "over to". */
        public String done() {
            return done;
        }
    }

    /** What came of reading a request. */
    public sealed interface Parsed {
        record Accepted(LeaderChange change) implements Parsed {}

        record Refused(Refusal refusal) implements Parsed {}
    }

    /**
     * Steps 1 to 8 of rest-api 11.3: everything that needs no look at the members.
     *
     * @param body values of the JSON object; unknown fields are ignored
     */
    public static Parsed parse(Action asked, Map<String, Object> body, GroupMode mode, Instant now) {
        for (String field : new String[] {"leader", "candidate", "member", "scheduled_at"}) {
            if (body.get(field) != null && !(body.get(field) instanceof String)) {
                return refuse(Refusal.malformed(field + " must be a text, got " + body.get(field)));
            }
        }
        Optional<NodeId> leader = name(body, "leader");
        Optional<NodeId> candidate = name(body, "candidate").or(() -> name(body, "member"));
        Optional<String> scheduled = text(body, "scheduled_at");
        if (asked == Action.FAILOVER && candidate.isEmpty()) {
            return refuse(Refusal.malformed("Failover could be performed only to a specific candidate"));
        }
        if (asked == Action.SWITCHOVER && leader.isEmpty()) {
            return refuse(Refusal.malformed("Switchover could be performed only from a specific leader"));
        }
        Optional<OffsetDateTime> at = Optional.empty();
        if (scheduled.isPresent()) {
            if (asked == Action.FAILOVER) {
                return refuse(Refusal.malformed("Failover can't be scheduled"));
            }
            if (mode.paused()) {
                return refuse(Refusal.malformed("Can't schedule switchover in the paused state"));
            }
            switch (Schedule.parse(scheduled.get(), asked.text(), now)) {
                case Schedule.Unusable(Refusal refusal) -> {
                    return refuse(refusal);
                }
                case Schedule.At(OffsetDateTime time) -> at = Optional.of(time);
            }
        }
        if (mode.paused() && candidate.isEmpty()) {
            return refuse(Refusal.malformed("Switchover is possible only to a specific candidate in a paused state"));
        }
        if (leader.isPresent() && leader.equals(candidate)) {
            return refuse(Refusal.malformed("Switchover target and source are the same"));
        }
        Action done = leader.isPresent() ? Action.SWITCHOVER : asked;
        return new Parsed.Accepted(new LeaderChange(done, asked, leader, candidate, at));
    }

    private static Parsed refuse(Refusal refusal) {
        return new Parsed.Refused(refusal);
    }

    private static Optional<NodeId> name(Map<String, Object> body, String field) {
        return text(body, field).map(NodeId::new);
    }

    private static Optional<String> text(Map<String, Object> body, String field) {
        return Optional.ofNullable((String) body.get(field)).filter(text -> !text.isBlank());
    }
}
