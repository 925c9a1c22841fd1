package io.orangery.config;

import io.orangery.core.settings.ValueSyntax;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** The kinds of values that settings have, each with the words that tell a user what was expected. */
final class Leaves {
    private Leaves() {}

    static Shape.Leaf leaf(String expected, Predicate<Object> accepts) {
        return new Shape.Leaf(expected, accepts, false);
    }

    static Shape.Leaf anything() {
        return leaf("anything", value -> true);
    }

    /** Numbers are texts without quotes; booleans are refused, since {@code name: on} is a mistake. */
    static Shape.Leaf text() {
        return leaf("a text", Leaves::isText);
    }

    static Shape.Leaf nonEmptyText() {
        return leaf(
                "a text that is not empty",
                value -> isText(value) && !value.toString().isBlank());
    }

    static Shape.Leaf secret() {
        return new Shape.Leaf("a text (in quotes when it looks like a number or a boolean)", Leaves::isText, true);
    }

    static Shape.Leaf path() {
        return leaf("a path", value -> value instanceof String text && text.indexOf('\0') < 0);
    }

    static Shape.Leaf flag() {
        return leaf("true or false", value -> ValueSyntax.bool(value).isPresent());
    }

    static Shape.Leaf whole(long minimum) {
        return whole(minimum, Long.MAX_VALUE);
    }

    static Shape.Leaf whole(long minimum, long maximum) {
        String limits = minimum == Long.MIN_VALUE
                ? ""
                : maximum == Long.MAX_VALUE ? " of " + minimum + " or more" : " from " + minimum + " to " + maximum;
        return leaf("an integer" + limits, value -> within(ValueSyntax.integer(value, ""), minimum, maximum));
    }

    static Shape.Leaf seconds() {
        return leaf(
                "a number of seconds, 0 or more",
                value -> within(ValueSyntax.integer(value, ""), 0, Integer.MAX_VALUE));
    }

    static Shape.Leaf duration() {
        return leaf(
                "a number of seconds or a time with unit (such as 30min), 0 or more",
                value -> within(ValueSyntax.integer(value, "s"), 0, Integer.MAX_VALUE));
    }

    static Shape.Leaf size(long minimum) {
        return leaf(
                "a number of bytes or a size with unit (such as 512kB), at least " + minimum,
                value -> within(ValueSyntax.integer(value, "B"), minimum, Long.MAX_VALUE));
    }

    static Shape.Leaf real() {
        return leaf("a number of seconds, 0 or more", value -> {
            OptionalDouble number = ValueSyntax.real(value, "");
            return number.isPresent() && number.getAsDouble() >= 0;
        });
    }

    static Shape.Leaf port() {
        return whole(1, 65535);
    }

    static Shape.Leaf oneOf(String... choices) {
        List<String> list = Arrays.asList(choices);
        return leaf(
                "one of " + String.join(", ", list), value -> list.stream().anyMatch(choice -> matches(choice, value)));
    }

    /** Where a server listens: any host, or none at all for every address. */
    static Shape.Leaf listenAddress() {
        return leaf(
                "host:port (such as 0.0.0.0:8008)",
                value -> isText(value) && Address.parse(value.toString()).isPresent());
    }

    /** Where others connect. */
    static Shape.Leaf connectAddress() {
        return leaf(
                "host:port (such as 10.0.0.21:8008)",
                value -> isText(value)
                        && Address.parse(value.toString())
                                .filter(Address::connectable)
                                .isPresent());
    }

    static Shape.Leaf texts() {
        return leaf(
                "a list of texts",
                value -> value instanceof List<?> list && list.stream().allMatch(Leaves::isText));
    }

    /** As in {@code hosts}: a list, or one text with commas. */
    static Shape.Leaf textsOrCommas() {
        return leaf(
                "a list of texts, or a text with commas",
                value -> isText(value)
                        || value instanceof List<?> list && list.stream().allMatch(Leaves::isText));
    }

    static Shape.Leaf toolOptions() {
        return leaf(
                "a list of options (- name, or - name: value), or a mapping of options to values",
                value -> value instanceof Map<?, ?> || value instanceof List<?>);
    }

    static Shape.Leaf mappings() {
        return leaf(
                "a list of mappings",
                value -> value instanceof List<?> list && list.stream().allMatch(item -> item instanceof Map<?, ?>));
    }

    static Shape.Leaf mapping() {
        return leaf("a mapping", value -> value instanceof Map<?, ?>);
    }

    /** A value of a server parameter; what the server makes of it is the server's business. */
    static Shape.Leaf scalar() {
        return leaf(
                "a text, a number or a boolean", value -> !(value instanceof Map<?, ?>) && !(value instanceof List<?>));
    }

    static Shape.Leaf synchronousMode() {
        return leaf(
                "on, off or quorum",
                value -> ValueSyntax.bool(value).isPresent()
                        || String.valueOf(value).toLowerCase(Locale.ROOT).equals("quorum"));
    }

    static boolean isText(Object value) {
        return value instanceof String || value instanceof Number;
    }

    /** {@code off} without quotes has become false by now. */
    private static boolean matches(String choice, Object value) {
        return isText(value) && value.toString().equalsIgnoreCase(choice)
                || ValueSyntax.bool(choice).isPresent()
                        && ValueSyntax.bool(choice).equals(ValueSyntax.bool(value));
    }

    private static boolean within(OptionalLong number, long minimum, long maximum) {
        return number.isPresent() && number.getAsLong() >= minimum && number.getAsLong() <= maximum;
    }
}
