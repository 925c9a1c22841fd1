package io.orangery.ctl.cluster;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.Optional;

/** Times as people type them and as results show them (ctl.md 5.4). */
public final class Timestamps {
    private static final DateTimeFormatter TYPED = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalEnd()
            .appendPattern("[XXX][XX][X]")
            .toFormatter();
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx");
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx");

    private Timestamps() {}

    /**
     * ISO 8601 calendar dates with {@code T} or a blank; time, seconds and zone may be missing.
     *
     * @param zone for a text without one
     * @return empty: not a time
     */
    public static Optional<OffsetDateTime> parse(String text, ZoneId zone) {
        String compact = text.strip().replaceFirst("\\s+(?=[0-9])", "T").replaceFirst("\\s+(?=[-+Zz])", "");
        try {
            TemporalAccessor found =
                    TYPED.parseBest(compact, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            return Optional.of(
                    switch (found) {
                        case OffsetDateTime complete -> complete;
                        case LocalDateTime local -> local.atZone(zone).toOffsetDateTime();
                        case LocalDate day -> day.atStartOfDay(zone).toOffsetDateTime();
                        default -> throw new IllegalStateException("not asked for: " + found);
                    });
        } catch (DateTimeParseException notATime) {
            return Optional.empty();
        }
    }

    /** With numeric offset, and a fraction only when there is one. */
    public static String iso(OffsetDateTime time) {
        OffsetDateTime exact = time.truncatedTo(ChronoUnit.MICROS);
        return (exact.getNano() == 0 ? SECONDS : MICROSECONDS).format(exact);
    }

    /** An example for the prompt: one hour from now, in local time, to the minute. */
    public static String example(ZonedDateTime now) {
        return DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm").format(now.plusHours(1));
    }
}
