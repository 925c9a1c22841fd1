package io.orangery.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.admission.LeaderChange.Action;
import io.orangery.core.cluster.ClusterStatus;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.LeaderKey;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.cluster.Tags;
import io.orangery.core.cluster.TimelineHistory;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.settings.SynchronousMode;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables 11.3 and 11.4 of rest-api. */
class LeaderChangeTest {
    private static final Instant NOW = Instant.parse("2026-11-22T22:30:00Z");

    private static GroupMode mode(boolean paused, SynchronousMode synchronousMode) {
        return new GroupMode(paused, synchronousMode, false);
    }

    private static LeaderChange.Parsed parse(Action action, boolean paused, String... fieldsAndValues) {
        Map<String, Object> body = new HashMap<>();
        for (int i = 0; i < fieldsAndValues.length; i += 2) {
            body.put(fieldsAndValues[i], fieldsAndValues[i + 1]);
        }
        return LeaderChange.parse(action, body, mode(paused, SynchronousMode.OFF), NOW);
    }

    private static String refusal(LeaderChange.Parsed parsed) {
        return parsed instanceof LeaderChange.Parsed.Refused(Refusal refusal)
                ? refusal.reason() + " " + refusal.text()
                : parsed.toString();
    }

    private static LeaderChange accepted(LeaderChange.Parsed parsed) {
        return ((LeaderChange.Parsed.Accepted) parsed).change();
    }

    @Test
    void theFirstFailingCheckAnswers() {
        assertThat(refusal(parse(Action.FAILOVER, false, "scheduled_at", "x")))
                .isEqualTo("MALFORMED Failover could be performed only to a specific candidate");
        assertThat(refusal(parse(Action.SWITCHOVER, false, "leader", "", "candidate", "b")))
                .isEqualTo("MALFORMED Switchover could be performed only from a specific leader");
        assertThat(refusal(parse(Action.FAILOVER, true, "candidate", "b", "scheduled_at", "x")))
                .isEqualTo("MALFORMED Failover can't be scheduled");
        assertThat(refusal(parse(Action.SWITCHOVER, true, "leader", "a", "scheduled_at", "x")))
                .isEqualTo("MALFORMED Can't schedule switchover in the paused state");
        assertThat(refusal(parse(Action.SWITCHOVER, true, "leader", "a")))
                .isEqualTo("MALFORMED Switchover is possible only to a specific candidate in a paused state");
        assertThat(refusal(parse(Action.SWITCHOVER, false, "leader", "a", "candidate", "a")))
                .isEqualTo("MALFORMED Switchover target and source are the same");
        assertThat(refusal(LeaderChange.parse(
                        Action.SWITCHOVER, Map.of("leader", 7), mode(false, SynchronousMode.OFF), NOW)))
                .isEqualTo("MALFORMED leader must be a text, got 7");
    }

    @ParameterizedTest
    @CsvSource({
        "2027-01-01T00:00Z, ok",
        "2027-01-01 00:00+00, ok",
        "2027-01-01T00:00:00.123456+0100, ok",
        "2027-01-01T00:00:00 +05:30, ok",
        "2027-01-01T00:00, MALFORMED Timezone information is mandatory for the scheduled switchover",
        "2027-01-01, MALFORMED Timezone information is mandatory for the scheduled switchover",
        "2026-11-22T22:30Z, UNUSABLE_TIME Cannot schedule switchover in the past",
        "2026-11-22T23:29+01, UNUSABLE_TIME Cannot schedule switchover in the past",
    })
    void timesNeedAZoneAndLieAhead(String time, String expected) {
        LeaderChange.Parsed parsed = parse(Action.SWITCHOVER, false, "leader", "a", "scheduled_at", time);
        assertThat(parsed instanceof LeaderChange.Parsed.Accepted ? "ok" : refusal(parsed))
                .isEqualTo(expected);
    }

    @Test
    void unreadableTimesAreRefused() {
        assertThat(refusal(parse(Action.SWITCHOVER, false, "leader", "a", "scheduled_at", "2027-13-01T00:00Z")))
                .isEqualTo("UNUSABLE_TIME Unable to parse scheduled timestamp."
                        + " It should be in an unambiguous format, e.g. ISO 8601");
    }

    @Test
    void namesHaveSynonyms() {
        assertThat(accepted(parse(Action.FAILOVER, true, "candidate", "", "member", "b"))
                        .candidate())
                .contains(new NodeId("b"));
        LeaderChange change = accepted(parse(Action.FAILOVER, false, "leader", "a", "candidate", "b"));
        assertThat(change.action()).isEqualTo(Action.SWITCHOVER);
        assertThat(change.requested()).isEqualTo(Action.FAILOVER);
    }

    // --- is it possible?
    // ---------------------------------------------------------------------------------------------------------

    private static ClusterView cluster(String leader, Set<NodeId> voters, String... members) {
        MemberData data = new MemberData(
                Optional.empty(),
                Optional.empty(),
                Optional.of("http://host:8008/patroni"),
                MemberData.NONE.state(),
                MemberData.NONE.role(),
                Optional.empty(),
                Tags.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                true,
                false,
                Optional.empty(),
                Map.of());
        return new ClusterView(
                Optional.empty(),
                Optional.empty(),
                Optional.of(leader).filter(name -> !name.isEmpty()).map(name -> new LeaderKey(new NodeId(name), "", 1)),
                ClusterStatus.ABSENT,
                Stream.of(members)
                        .map(name -> new Member(new NodeId(name), data, "", 1))
                        .toList(),
                Optional.empty(),
                new SyncKey(Optional.of(new NodeId("a")), voters, 0, 1),
                TimelineHistory.ABSENT,
                Map.of(),
                new TreeMap<>(),
                Optional.empty());
    }

    private static String check(LeaderChange change, SynchronousMode synchronousMode, ClusterView cluster) {
        return switch (LeaderChangePossible.check(change, cluster, mode(false, synchronousMode))) {
            case LeaderChangePossible.Result.Refused(Refusal refusal) -> refusal.text();
            case LeaderChangePossible.Result.Ask(List<Member> members) ->
                "ask " + members.stream().map(member -> member.id().name()).toList();
        };
    }

    @Test
    void membersAreChosenByModeAndCandidate() {
        LeaderChange toAnyone = accepted(parse(Action.SWITCHOVER, false, "leader", "a"));
        LeaderChange toB = accepted(parse(Action.SWITCHOVER, false, "leader", "a", "candidate", "b"));
        LeaderChange failover = accepted(parse(Action.FAILOVER, false, "candidate", "b"));
        Set<NodeId> nobody = Set.of();
        Set<NodeId> c = Set.of(new NodeId("C"));

        assertThat(check(toAnyone, SynchronousMode.OFF, cluster("a", nobody, "a", "b", "c")))
                .isEqualTo("ask [b, c]");
        assertThat(check(toAnyone, SynchronousMode.OFF, cluster("b", nobody, "a", "b")))
                .isEqualTo("leader name does not match");
        assertThat(check(toAnyone, SynchronousMode.OFF, cluster("", nobody, "a", "b")))
                .isEqualTo("leader name does not match");
        assertThat(check(toAnyone, SynchronousMode.OFF, cluster("a", nobody, "a")))
                .isEqualTo("switchover is not possible: cluster does not have members except leader");
        assertThat(check(toAnyone, SynchronousMode.PRIORITY, cluster("a", c, "a", "b", "c")))
                .isEqualTo("ask [c]");
        assertThat(check(toAnyone, SynchronousMode.PRIORITY, cluster("a", c, "a", "b")))
                .isEqualTo("switchover is not possible: can not find sync_standby");
        assertThat(check(toAnyone, SynchronousMode.QUORUM, cluster("a", c, "a", "b", "c")))
                .isEqualTo("ask [b, c]");

        assertThat(check(toB, SynchronousMode.PRIORITY, cluster("a", c, "a", "b", "c")))
                .isEqualTo("candidate name does not match with sync_standby");
        assertThat(check(toB, SynchronousMode.QUORUM, cluster("a", c, "a", "b", "c")))
                .isEqualTo("ask [b]");
        assertThat(check(failover, SynchronousMode.PRIORITY, cluster("a", c, "a", "b", "c")))
                .isEqualTo("ask [b]");
        assertThat(check(failover, SynchronousMode.OFF, cluster("", nobody, "a")))
                .isEqualTo("candidate does not exists");
    }

    private static PeerAnswer answer(Map<String, Object> tags, boolean watchdogFailed) {
        return new PeerAnswer.Answered(true, Lsn.ZERO, 1, new Tags(tags), watchdogFailed, true, Optional.empty());
    }

    @Test
    void oneGoodCandidateIsEnough() {
        LeaderChange change = accepted(parse(Action.SWITCHOVER, false, "leader", "a"));
        Map<NodeId, PeerAnswer> answers = new HashMap<>(Map.of(
                new NodeId("b"), new PeerAnswer.Silent("connection refused"),
                new NodeId("c"), answer(Map.of("nofailover", true), false),
                new NodeId("d"), answer(Map.of(), true)));
        assertThat(LeaderChangePossible.judge(change, answers).orElseThrow().text())
                .isEqualTo("switchover is not possible: no good candidates have been found");
        assertThat(LeaderChangePossible.obstacles(answers).toString())
                .isEqualTo("{b=not reachable: connection refused, c=not allowed to promote, d=not watchdog capable}");
        answers.put(new NodeId("e"), answer(Map.of(), false));
        assertThat(LeaderChangePossible.judge(change, answers)).isEmpty();
        assertThat(LeaderChangePossible.judge(change, Map.of())).isPresent();
    }
}
