package io.orangery.dcs.keyvalue;

import io.orangery.dcs.Entry;
import java.util.List;
import java.util.Optional;

/**
 * The first branch all of whose comparisons hold is applied, atomically; when none holds, {@code readBack} is read instead.
 *
 * @param branches at least one; tried in order
 * @param readBack absolute key
 */
public record Transaction(List<Branch> branches, String readBack) {
    public Transaction {
        branches = List.copyOf(branches);
    }

    public record Branch(List<Comparison> when, List<Change> then) {
        public Branch {
            when = List.copyOf(when);
            then = List.copyOf(then);
        }
    }

    /** Keys are absolute. */
    public sealed interface Comparison {
        /** Zero: the key does not exist. */
        record VersionIs(String key, long version) implements Comparison {}

        record ValueIs(String key, String value) implements Comparison {}
    }

    /** Keys are absolute. */
    public sealed interface Change {
        /** @param lease zero: permanent */
        record Put(String key, String value, long lease) implements Change {}

        record Delete(String key) implements Change {}

        record DeleteAll(String prefix) implements Change {}
    }

    /**
     * @param branch index of the branch that was applied; empty: none was, nothing changed
     * @param revision of the store; version of every key the branch has put
     * @param found {@code readBack} as it is when no branch was applied; empty when it does not exist
     */
    public record Outcome(Optional<Integer> branch, long revision, Optional<Entry> found) {}

    static Transaction unconditional(String readBack, Change change) {
        return new Transaction(List.of(new Branch(List.of(), List.of(change))), readBack);
    }
}
