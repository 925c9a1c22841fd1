package io.orangery.postgres.configuration;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as PostgreSQL reads them in parameters, with units (configuration.md 14.1, 14.2; {@code parse_int} in {@code guc.c}). */
public final class Quantity {
    private static final Pattern NUMBER = Pattern.compile(
            "\\s*([+-]?)(0[xX][0-9a-fA-F]+|(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)\\s*([a-zA-Z]*)\\s*");
    private static final Pattern UNIT = Pattern.compile("(\\d*)([a-zA-Z]+)");

    /** Bytes, from small to large. */
    private static final Map<String, BigDecimal> MEMORY = units("B", 1, "kB", 1024, "MB", 1024, "GB", 1024, "TB", 1024);

    /** Microseconds, from small to large. */
    private static final Map<String, BigDecimal> TIME =
            units("us", 1, "ms", 1000, "s", 1000, "min", 60, "h", 60, "d", 24);

    private Quantity() {}

    private static Map<String, BigDecimal> units(Object... namesAndFactors) {
        var units = new LinkedHashMap<String, BigDecimal>();
        var size = BigDecimal.ONE;
        for (int i = 0; i < namesAndFactors.length; i += 2) {
            size = size.multiply(BigDecimal.valueOf((Integer) namesAndFactors[i + 1]));
            units.put((String) namesAndFactors[i], size);
        }
        return units;
    }

    /** Empty when the text is none of PostgreSQL's words that are sure to be a boolean. */
    public static Optional<Boolean> bool(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes", "1" -> Optional.of(true);
            case "off", "false", "no", "0" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /**
     * A whole number in the base unit.
     *
     * @param baseUnit such as {@code kB}, {@code 8kB}, {@code ms}; empty: no unit is allowed
     * @return empty when it cannot be read
     */
    public static Optional<BigDecimal> integer(String text, String baseUnit) {
        return read(text, baseUnit, true).map(value -> value.setScale(0, RoundingMode.HALF_EVEN));
    }

    /** The same for parameters that take fractions. */
    public static Optional<BigDecimal> real(String text, String baseUnit) {
        return read(text, baseUnit, false);
    }

    private static Optional<BigDecimal> read(String text, String baseUnit, boolean integer) {
        var match = NUMBER.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        var digits = match.group(2);
        boolean octal = integer
                && digits.length() > 1
                && digits.startsWith("0")
                && digits.chars().allMatch(Character::isDigit);
        if (octal && digits.matches(".*[89].*")) {
            return Optional.empty();
        }
        var magnitude = digits.startsWith("0x") || digits.startsWith("0X")
                ? new BigDecimal(new BigInteger(digits.substring(2), 16))
                : octal ? new BigDecimal(new BigInteger(digits, 8)) : new BigDecimal(digits);
        var number = match.group(1).equals("-") ? magnitude.negate() : magnitude;
        return match.group(3).isEmpty() ? Optional.of(number) : convert(number, match.group(3), baseUnit);
    }

    private static Optional<BigDecimal> convert(BigDecimal number, String unit, String baseUnit) {
        var base = UNIT.matcher(baseUnit);
        if (!base.matches()) {
            return Optional.empty();
        }
        var family = MEMORY.containsKey(base.group(2)) ? MEMORY : TIME;
        if (!family.containsKey(unit) || !family.containsKey(base.group(2))) {
            return Optional.empty();
        }
        var times = base.group(1).isEmpty() ? BigDecimal.ONE : new BigDecimal(base.group(1));
        var inSmallest = number.multiply(family.get(unit));
        // As convert_to_base_unit does: 0.1GB is a whole number of MB.
        var smaller = nextSmaller(family, unit);
        var rounded = smaller.map(size ->
                        inSmallest.divide(size, 0, RoundingMode.HALF_EVEN).multiply(size))
                .orElse(inSmallest);
        return Optional.of(rounded.divide(family.get(base.group(2)).multiply(times), MathContext.DECIMAL64));
    }

    private static Optional<BigDecimal> nextSmaller(Map<String, BigDecimal> family, String unit) {
        BigDecimal previous = null;
        for (var candidate : family.entrySet()) {
            if (candidate.getKey().equals(unit)) {
                break;
            }
            previous = candidate.getValue();
        }
        return Optional.ofNullable(previous);
    }

    /** For people: the largest unit without loss ({@code 1GB}, {@code 30s}); the text itself when it is no whole number with a unit. */
    public static String readable(String text, String baseUnit) {
        var base = UNIT.matcher(baseUnit);
        var value = integer(text, baseUnit).filter(number -> number.signum() > 0);
        if (value.isEmpty() || !base.matches()) {
            return text;
        }
        var family = MEMORY.containsKey(base.group(2)) ? MEMORY : TIME;
        var times = base.group(1).isEmpty() ? BigDecimal.ONE : new BigDecimal(base.group(1));
        var inSmallest = value.get().multiply(times).multiply(family.get(base.group(2)));
        var best = text;
        for (var unit : family.entrySet()) {
            var parts = inSmallest.divideAndRemainder(unit.getValue());
            if (parts[1].signum() == 0 && parts[0].signum() > 0) {
                best = parts[0].toPlainString() + unit.getKey();
            }
        }
        return best;
    }

    /**
     * Same value, by the rules of {@code pg_settings.vartype} (configuration.md 14.3). What cannot be read equals nothing.
     *
     * @param unit of the row, or empty
     */
    public static boolean same(String type, String unit, String one, String other) {
        return switch (type) {
            case "bool" -> bool(one).isPresent() && bool(one).equals(bool(other));
            case "integer" -> sameNumber(integer(one, unit), integer(other, unit));
            case "real" -> sameNumber(real(one, unit), real(other, unit));
            case "enum" ->
                one.equalsIgnoreCase(other)
                        || bool(one).isPresent() && bool(one).equals(bool(other));
            default -> one.equals(other);
        };
    }

    private static boolean sameNumber(Optional<BigDecimal> one, Optional<BigDecimal> other) {
        return one.isPresent() && other.isPresent() && one.get().compareTo(other.get()) == 0;
    }
}
