package io.orangery.dcs;

/**
 * A hint that a key below the scope was written, created, deleted or expired. Only a hint: hints may be late, merged, repeated or lost,
 * and the connection's own troubles are reported as a change of everything ({@code path} empty).
 *
 * @param path relative to {@link DcsSettings#base()}
 */
public record Change(String path) {
    public static final Change EVERYTHING = new Change("");
}
