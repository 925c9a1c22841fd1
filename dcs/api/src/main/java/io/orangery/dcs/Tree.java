package io.orangery.dcs;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that one read found below {@code /namespace/scope/}: path relative to it ({@code leader}, {@code members/pg-0}; with a
 * group {@code 1/leader}) to entry. Immutable.
 */
public record Tree(SortedMap<String, Entry> entries) {
    public Tree {
        entries = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    public Optional<Entry> get(String path) {
        return Optional.ofNullable(entries.get(path));
    }
}
