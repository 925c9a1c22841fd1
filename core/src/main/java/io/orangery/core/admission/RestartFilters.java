package io.orangery.core.admission;

import io.orangery.core.cluster.Role;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.ValueSyntax;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A request to restart PostgreSQL, well formed (rest-api 12.1).
 *
 * @param role restart only when the node has this role
 * @param olderThan restart only when the server's version number is smaller, in the form of {@code server_version}
 * @param timeout how long to wait for the start; empty: as configured
 * @param onlyIfPending restart only when a parameter waits for it
 * @param schedule empty: now
 */
public record RestartFilters(
        Optional<Role> role,
        OptionalInt olderThan,
        Optional<Duration> timeout,
        boolean onlyIfPending,
        Optional<OffsetDateTime> schedule) {

    /** Restart whatever is the case. */
    public static final RestartFilters NONE =
            new RestartFilters(Optional.empty(), OptionalInt.empty(), Optional.empty(), false, Optional.empty());

    /** What came of reading a request. */
    public sealed interface Parsed {
        record Accepted(RestartFilters filters) implements Parsed {}

        record Refused(Refusal refusal) implements Parsed {}
    }

    /**
     * Fields are checked in the order of the body; the first bad one answers.
     *
     * @param body values of the JSON object, in the order in which they were written
     */
    public static Parsed parse(Map<String, Object> body, boolean paused, Instant now) {
        if (paused && body.containsKey("schedule")) {
            return new Parsed.Refused(new Refusal(Refusal.Reason.PAUSED, "Can't schedule restart in the paused state"));
        }
        Parsed parsed = new Parsed.Accepted(NONE);
        for (Map.Entry<String, Object> field : body.entrySet()) {
            if (!(parsed instanceof Parsed.Accepted(RestartFilters filters))) {
                break;
            }
            parsed = filters.with(field.getKey(), field.getValue(), now);
        }
        return parsed;
    }

    private Parsed with(String field, Object value, Instant now) {
        return switch (field) {
            case "schedule" -> withSchedule(Schedule.parse(value, "restart", now));
            case "role" -> withRole(value);
            case "postgres_version" -> withVersion(String.valueOf(value), value instanceof String);
            case "timeout" -> withTimeout(value);
            // Its mere presence counts (rest-api 19, C9).
            case "restart_pending" -> accept(new RestartFilters(role, olderThan, timeout, true, schedule));
            default -> refuse("Unknown filter for the scheduled restart: " + field);
        };
    }

    private Parsed withSchedule(Schedule parsed) {
        return switch (parsed) {
            case Schedule.At(OffsetDateTime time) ->
                accept(new RestartFilters(role, olderThan, timeout, onlyIfPending, Optional.of(time)));
            case Schedule.Unusable(Refusal refusal) -> new Parsed.Refused(refusal);
        };
    }

    private Parsed withRole(Object value) {
        return List.of("primary", "standby_leader", "replica").contains(value)
                ? accept(new RestartFilters(
                        Optional.of(Role.of((String) value)), olderThan, timeout, onlyIfPending, schedule))
                : refuse("PostgreSQL role should be either primary, standby_leader, or replica");
    }

    /** Two parts from version 10 on, three before. */
    private Parsed withVersion(String text, boolean isText) {
        if (!isText || !text.matches("[0-9]{1,6}(\\.[0-9]{1,6})*")) {
            return refuse("Invalid PostgreSQL version: " + text);
        }
        List<Integer> parts =
                List.of(text.split("\\.")).stream().map(Integer::valueOf).toList();
        int expected = parts.getFirst() < 10 ? 3 : 2;
        if (parts.size() < expected || parts.size() > 3) {
            return refuse("Invalid PostgreSQL version format: X.Y or X.Y.Z is accepted: " + text);
        }
        int middle = parts.size() == 3 ? parts.get(1) : 0;
        int version = parts.getFirst() * 10_000 + middle * 100 + parts.getLast();
        return accept(new RestartFilters(role, OptionalInt.of(version), timeout, onlyIfPending, schedule));
    }

    private Parsed withTimeout(Object value) {
        OptionalLong seconds =
                value == null || value instanceof Boolean ? OptionalLong.empty() : ValueSyntax.integer(value, "s");
        return seconds.isPresent() && seconds.getAsLong() > 0
                ? accept(new RestartFilters(
                        role, olderThan, Optional.of(Duration.ofSeconds(seconds.getAsLong())), onlyIfPending, schedule))
                : refuse("Timeout should be a positive number of seconds");
    }

    private static Parsed accept(RestartFilters filters) {
        return new Parsed.Accepted(filters);
    }

    private static Parsed refuse(String text) {
        return new Parsed.Refused(Refusal.malformed(text));
    }

    /** Empty when a restart may begin now. A condition about something that is not known does not hold. */
    public Optional<Refusal> check(View view) {
        if (!satisfied(view.postgres())) {
            return Optional.of(Refusal.unavailable("restart conditions are not satisfied"));
        }
        return view.operation().map(running -> Busy.with(running.kind()));
    }

    private boolean satisfied(Optional<PostgresSeen> postgres) {
        boolean roleFits = role.isEmpty() || role.equals(postgres.map(PostgresSeen::role));
        boolean versionFits = olderThan.isEmpty()
                || postgres.flatMap(PostgresSeen::row)
                        .filter(row -> row.serverVersion() < olderThan.getAsInt())
                        .isPresent();
        boolean pendingFits = !onlyIfPending
                || postgres.filter(seen -> !seen.pendingRestart().isEmpty()).isPresent();
        return roleFits && versionFits && pendingFits;
    }
}
