package io.orangery.dcs;

/** What must hold for a write to take effect. */
public sealed interface Condition {
    /** No condition: create or replace. */
    record Always() implements Condition {}

    /** The key must not exist. */
    record Absent() implements Condition {}

    /** The key must have exactly this version, as {@link Entry#version()} gave it. Never means "any", not even for 0. */
    record Version(long version) implements Condition {}

    static Condition always() {
        return new Always();
    }

    static Condition absent() {
        return new Absent();
    }

    static Condition version(long version) {
        return new Version(version);
    }
}
