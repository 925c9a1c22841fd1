package io.orangery.postgres.configuration;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is known of PostgreSQL's parameters by version: {@code parameters.tsv} beside this class. Immutable. */
public final class ParameterTable {
    private static final ParameterTable KNOWN = load();

    private final Map<String, List<Entry>> entries;

    private ParameterTable(Map<String, List<Entry>> entries) {
        this.entries = entries;
    }

    /**
     * One parameter in a range of versions.
     *
     * @param type as in {@code pg_settings.vartype}
     * @param unit of a bare number, or empty
     * @param least empty: no limit
     * @param words of an enum, in lower case
     */
    public record Entry(
            String name,
            int firstMajor,
            int lastMajor,
            String type,
            String unit,
            Optional<BigDecimal> least,
            Optional<BigDecimal> greatest,
            List<String> words) {}

    /** What came of a check. */
    public sealed interface Checked {
        /** Write it. */
        record Good(String value) implements Checked {}

        /** Write the nearest value that is allowed. */
        record Moved(String value, String why) implements Checked {}

        /** Leave it out: the server would refuse to start. */
        record Bad(String why) implements Checked {}
    }

    /** The table that is part of this program. */
    public static ParameterTable known() {
        return KNOWN;
    }

    /** Every row that holds for this version. */
    public List<Entry> entries(ServerVersion version) {
        return entries.values().stream()
                .flatMap(List::stream)
                .filter(entry -> holds(entry, version))
                .toList();
    }

    /** Empty: nothing is known of this parameter in this version; it may exist all the same. */
    public Optional<Entry> find(String name, ServerVersion version) {
        return entries.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                .filter(entry -> holds(entry, version))
                .findFirst();
    }

    private static boolean holds(Entry entry, ServerVersion version) {
        return version.major() >= entry.firstMajor() && version.major() <= entry.lastMajor();
    }

    /** Checks a value against a row. */
    public static Checked check(Entry entry, String value) {
        return switch (entry.type()) {
            case "bool" ->
                Quantity.bool(value).isPresent() ? new Checked.Good(value) : new Checked.Bad("expected on or off");
            case "enum" -> checkWord(entry, value);
            case "integer" -> checkNumber(entry, value, Quantity.integer(value, entry.unit()));
            case "real" -> checkNumber(entry, value, Quantity.real(value, entry.unit()));
            default -> new Checked.Good(value);
        };
    }

    /** Value that would be written for this parameter; empty when it would be left out. What the table does not know stays as it is. */
    public Optional<String> usable(String name, String value, ServerVersion version) {
        var entry = find(name, version);
        if (entry.isEmpty()) {
            return Optional.of(value);
        }
        return switch (check(entry.get(), value)) {
            case Checked.Good good -> Optional.of(good.value());
            case Checked.Moved moved -> Optional.of(moved.value());
            case Checked.Bad bad -> Optional.empty();
        };
    }

    private static Checked checkWord(Entry entry, String value) {
        var word = value.strip().toLowerCase(Locale.ROOT);
        boolean onOrOff = entry.words().contains("on") || entry.words().contains("off");
        return entry.words().contains(word) || onOrOff && Quantity.bool(word).isPresent()
                ? new Checked.Good(value)
                : new Checked.Bad("expected one of " + String.join(", ", entry.words()));
    }

    private static Checked checkNumber(Entry entry, String value, Optional<BigDecimal> number) {
        if (number.isEmpty()) {
            return new Checked.Bad(
                    entry.unit().isEmpty()
                            ? "expected a number"
                            : "expected a number in " + entry.unit() + ", or with a unit");
        }
        var least = entry.least().filter(bound -> number.get().compareTo(bound) < 0);
        var greatest = entry.greatest().filter(bound -> number.get().compareTo(bound) > 0);
        return least.or(() -> greatest)
                .<Checked>map(bound -> new Checked.Moved(
                        bound.toPlainString(),
                        "outside of "
                                + entry.least().map(BigDecimal::toPlainString).orElse("")
                                + " to "
                                + entry.greatest()
                                        .map(BigDecimal::toPlainString)
                                        .orElse("")
                                + (entry.unit().isEmpty() ? "" : " " + entry.unit())))
                .orElse(new Checked.Good(value));
    }

    private static ParameterTable load() {
        var entries = new HashMap<String, List<Entry>>();
        try (var reader = new BufferedReader(new InputStreamReader(
                ParameterTable.class.getResourceAsStream("parameters.tsv"), StandardCharsets.UTF_8))) {
            reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(ParameterTable::entry)
                    .forEach(entry -> entries.computeIfAbsent(
                                    entry.name().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                            .add(entry));
            return new ParameterTable(entries);
        } catch (IOException unreadableJar) {
            throw new UncheckedIOException(unreadableJar);
        }
    }

    private static Entry entry(String line) {
        var fields = line.split("\t", -1);
        var versions = fields[1].split("-", -1);
        return new Entry(
                fields[0],
                Integer.parseInt(versions[0]),
                versions[1].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(versions[1]),
                fields[2],
                field(fields, 3),
                Optional.of(field(fields, 4)).filter(text -> !text.isEmpty()).map(BigDecimal::new),
                Optional.of(field(fields, 5)).filter(text -> !text.isEmpty()).map(BigDecimal::new),
                List.of(field(fields, 6).split(",", -1)));
    }

    private static String field(String[] fields, int index) {
        return index < fields.length ? fields[index] : "";
    }
}
