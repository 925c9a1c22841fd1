package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Immutable set of standby names that are compared without regard to case, as PostgreSQL and {@code /sync} do. */
public final class StandbySet {
    public static final StandbySet EMPTY = new StandbySet(Collections.emptySortedMap());

    private final SortedMap<String, NodeId> byFoldedName;

    private StandbySet(SortedMap<String, NodeId> byFoldedName) {
        this.byFoldedName = byFoldedName;
    }

    public static StandbySet of(Collection<NodeId> names) {
        var byFoldedName = new TreeMap<String, NodeId>();
        names.forEach(name -> byFoldedName.putIfAbsent(name.folded(), name));
        return new StandbySet(Collections.unmodifiableSortedMap(byFoldedName));
    }

    public static StandbySet of(NodeId... names) {
        return of(List.of(names));
    }

    /** The names in the order that both the parameter and the key list them in: by code point, as Patroni sorts. */
    public List<NodeId> sorted() {
        return byFoldedName.values().stream().sorted().toList();
    }

    public Stream<NodeId> stream() {
        return sorted().stream();
    }

    public int size() {
        return byFoldedName.size();
    }

    public boolean isEmpty() {
        return byFoldedName.isEmpty();
    }

    public boolean contains(NodeId name) {
        return byFoldedName.containsKey(name.folded());
    }

    public boolean containsAll(StandbySet other) {
        return byFoldedName.keySet().containsAll(other.byFoldedName.keySet());
    }

    /** True when this set has every name of the other one and at least one more. */
    public boolean isProperSupersetOf(StandbySet other) {
        return size() > other.size() && containsAll(other);
    }

    public boolean intersects(StandbySet other) {
        return stream().anyMatch(other::contains);
    }

    public StandbySet plus(StandbySet other) {
        return of(Stream.concat(stream(), other.stream()).toList());
    }

    public StandbySet plus(NodeId name) {
        return plus(of(name));
    }

    public StandbySet minus(StandbySet other) {
        return filter(name -> !other.contains(name));
    }

    public StandbySet minus(NodeId name) {
        return minus(of(name));
    }

    public StandbySet intersection(StandbySet other) {
        return filter(other::contains);
    }

    public StandbySet filter(Predicate<NodeId> wanted) {
        return of(stream().filter(wanted).toList());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StandbySet set && set.byFoldedName.keySet().equals(byFoldedName.keySet());
    }

    @Override
    public int hashCode() {
        return byFoldedName.keySet().hashCode();
    }

    /** {@code a,b}, or {@code nobody}. */
    @Override
    public String toString() {
        return isEmpty()
                ? "nobody"
                : String.join(",", stream().map(NodeId::name).toList());
    }
}
