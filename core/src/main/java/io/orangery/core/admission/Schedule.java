package io.orangery.core.admission;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;

/** A time at which something is to be done, as requests write it (rest-api 21.3). */
sealed interface Schedule {
    /** It can be used. */
    record At(OffsetDateTime time) implements Schedule {}

    /** It cannot. */
    record Unusable(Refusal refusal) implements Schedule {}

    DateTimeFormatter FORMAT = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendPattern("['T'][ ]HH:mm[:ss]")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .optionalEnd()
            .appendPattern("[ ][XXX][XX][X]")
            .toFormatter();

    /** @param action {@code switchover} or {@code restart}, for the texts */
    static Schedule parse(Object value, String action, Instant now) {
        try {
            TemporalAccessor parsed = FORMAT.parseBest(
                    String.valueOf(value).strip(), OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            return parsed instanceof OffsetDateTime time ? notPast(time, action, now) : withoutZone(action);
        } catch (DateTimeParseException unreadable) {
            return new Unusable(new Refusal(
                    Refusal.Reason.UNUSABLE_TIME,
                    "Unable to parse scheduled timestamp. It should be in an unambiguous format, e.g. ISO 8601"));
        }
    }

    private static Schedule notPast(OffsetDateTime time, String action, Instant now) {
        return time.toInstant().isAfter(now)
                ? new At(time)
                : new Unusable(new Refusal(Refusal.Reason.UNUSABLE_TIME, "Cannot schedule " + action + " in the past"));
    }

    private static Schedule withoutZone(String action) {
        return new Unusable(Refusal.malformed("Timezone information is mandatory for the scheduled " + action));
    }
}
