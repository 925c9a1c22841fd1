package io.orangery.ctl.output;

/** How a listing is printed (ctl.md 8). */
public enum Format {
    PRETTY,
    /** As pretty, with the tree of replication in the column of members. */
    TOPOLOGY,
    TSV,
    JSON,
    YAML;

    /** A table for people, as opposed to one for programs. */
    public boolean framed() {
        return this == PRETTY || this == TOPOLOGY;
    }
}
