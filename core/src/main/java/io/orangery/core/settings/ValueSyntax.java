package io.orangery.core.settings;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How values of settings are read and compared (configuration.md 14.1 to 14.3): the same way PostgreSQL and Patroni do, because the answer
 * decides what counts as a change.
 *
 * <p>Pure functions; any thread.
 */
public final class ValueSyntax {
    private static final Pattern HEXADECIMAL = Pattern.compile("^([-+]?)0x([0-9a-fA-F]+)");
    private static final Pattern OCTAL = Pattern.compile("^([-+]?)0([0-7]*)");
    private static final Pattern DECIMAL = Pattern.compile("^([-+]?)([1-9][0-9]*)");
    private static final Pattern REAL = Pattern.compile("^[-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?");

    /** Largest first: a converted number is rounded to a multiple of the next smaller unit. */
    private static final List<String> MEMORY_UNITS = List.of("TB", "GB", "MB", "kB", "B");

    private static final List<String> TIME_UNITS = List.of("d", "h", "min", "s", "ms", "us");

    /** Each unit in bytes, or in microseconds. */
    private static final Map<String, Double> SIZES = Map.ofEntries(
            Map.entry("TB", 0x1p40),
            Map.entry("GB", 0x1p30),
            Map.entry("MB", 0x1p20),
            Map.entry("kB", 0x1p10),
            Map.entry("B", 1.0),
            Map.entry("d", 86_400e6),
            Map.entry("h", 3_600e6),
            Map.entry("min", 60e6),
            Map.entry("s", 1e6),
            Map.entry("ms", 1e3),
            Map.entry("us", 1.0));

    private ValueSyntax() {}

    /** {@code on true yes 1} and {@code off false no 0} in any case; empty: not a boolean. */
    public static Optional<Boolean> bool(Object value) {
        return switch (text(value).toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes", "1" -> Optional.of(true);
            case "off", "false", "no", "0" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /**
     * A whole number, a fraction rounded half to even.
     *
     * @param baseUnit unit of the result, such as {@code s} or {@code 8kB}; empty text: no unit is allowed
     * @return empty: not a number, or a unit that does not fit
     */
    public static OptionalLong integer(Object value, String baseUnit) {
        String text = text(value).strip();
        Optional<Prefix> whole = leadingInteger(text);
        if (whole.map(Prefix::fractionFollows).orElse(text.matches("[-+]?\\..*"))) {
            return rounded(real(text, baseUnit));
        }
        return whole.map(number -> rounded(inBaseUnit(number.value(), number.rest(), baseUnit)))
                .orElse(OptionalLong.empty());
    }

    /** As {@link #integer}, without rounding to a whole number. */
    public static OptionalDouble real(Object value, String baseUnit) {
        String text = text(value).strip();
        Matcher matcher = REAL.matcher(text);
        return matcher.find()
                ? inBaseUnit(Double.parseDouble(matcher.group()), text.substring(matcher.end()), baseUnit)
                : OptionalDouble.empty();
    }

    /**
     * Whether a configured value equals one of {@code pg_settings}.
     *
     * @param vartype {@code bool}, {@code integer}, {@code real}, {@code enum} or {@code string}
     * @param unit of the row, such as {@code 8kB}; null or empty: none
     */
    public static boolean same(String vartype, String unit, Object one, Object other) {
        String base = unit == null ? "" : unit;
        return switch (vartype) {
            case "bool" -> bool(one).isPresent() && bool(one).equals(bool(other));
            case "integer" ->
                integer(one, base).isPresent() && integer(one, base).equals(integer(other, base));
            case "real" -> real(one, base).isPresent() && real(one, base).equals(real(other, base));
            case "enum" -> text(one).toLowerCase(Locale.ROOT).equals(text(other).toLowerCase(Locale.ROOT));
            default -> text(one).equals(text(other));
        };
    }

    /**
     * The text by which scalars and lists are compared. Booleans read {@code True} and {@code False} as in Patroni, so that the text
     * {@code true} and the value true count as different on both sides.
     */
    public static String text(Object value) {
        return switch (value) {
            case null -> "None";
            case Boolean flag -> flag ? "True" : "False";
            case List<?> list ->
                list.stream()
                        .map(item -> item instanceof String s ? "'" + s + "'" : text(item))
                        .toList()
                        .toString();
            default -> value.toString();
        };
    }

    /** A number at the beginning of a text, and what follows it. */
    private record Prefix(double value, String rest) {
        boolean fractionFollows() {
            return rest.startsWith(".") || rest.startsWith("e") || rest.startsWith("E");
        }
    }

    private static Optional<Prefix> leadingInteger(String text) {
        return leadingInteger(text, HEXADECIMAL, 16)
                .or(() -> leadingInteger(text, OCTAL, 8))
                .or(() -> leadingInteger(text, DECIMAL, 10));
    }

    private static Optional<Prefix> leadingInteger(String text, Pattern pattern, int radix) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String digits = matcher.group(2).isEmpty() ? "0" : matcher.group(2);
        double magnitude = new java.math.BigInteger(digits, radix).doubleValue();
        return Optional.of(
                new Prefix(matcher.group(1).equals("-") ? -magnitude : magnitude, text.substring(matcher.end())));
    }

    private static OptionalDouble inBaseUnit(double number, String unitText, String baseUnit) {
        String unit = unitText.strip();
        if (unit.isEmpty()) {
            return OptionalDouble.of(number);
        }
        Prefix base = leadingInteger(baseUnit).orElse(new Prefix(1, baseUnit));
        List<String> family = MEMORY_UNITS.contains(unit) ? MEMORY_UNITS : TIME_UNITS;
        if (!family.contains(unit) || !family.contains(base.rest())) {
            return OptionalDouble.empty();
        }
        double converted = number * (SIZES.get(unit) / SIZES.get(base.rest())) / base.value();
        int smaller = family.indexOf(unit) + 1;
        if (smaller == family.size()) {
            return OptionalDouble.of(converted);
        }
        double multiple = SIZES.get(family.get(smaller)) / SIZES.get(base.rest());
        return OptionalDouble.of(Math.rint(converted / multiple) * multiple);
    }

    private static OptionalLong rounded(OptionalDouble number) {
        return number.isPresent() ? OptionalLong.of((long) Math.rint(number.getAsDouble())) : OptionalLong.empty();
    }
}
