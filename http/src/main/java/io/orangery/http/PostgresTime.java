package io.orangery.http;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.Optional;

/** Times as the server writes them ({@code 2026-11-22 22:21:59.403556+00}), and as the answers do. */
final class PostgresTime {
    private PostgresTime() {}

    private static final DateTimeFormatter SERVER = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendPattern("[' ']['T']HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendPattern("[xxx][xx][x]")
            .toFormatter();

    private static final DateTimeFormatter DOCUMENT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("xxx");

    /** With an offset of hours and minutes; a text that is no time stays as it is. */
    static String document(String text) {
        return parse(text)
                .map(time -> DOCUMENT.format(time)
                        + (time.getNano() == 0 ? "" : ".%06d".formatted(time.getNano() / 1000))
                        + OFFSET.format(time))
                .orElse(text);
    }

    /** Unix seconds with a fraction in the shortest form; {@code 0} when unknown. */
    static String epochSeconds(Optional<String> text) {
        return text.flatMap(PostgresTime::parse)
                .map(OffsetDateTime::toInstant)
                .map(PostgresTime::seconds)
                .orElse("0");
    }

    private static String seconds(Instant instant) {
        return BigDecimal.valueOf(instant.getEpochSecond())
                .add(BigDecimal.valueOf(instant.getNano(), 9))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static Optional<OffsetDateTime> parse(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text, SERVER));
        } catch (DateTimeParseException unreadable) {
            return Optional.empty();
        }
    }
}
