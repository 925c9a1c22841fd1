package io.orangery.core.cluster;

import java.util.Optional;

/**
 * A position in the write-ahead log, in bytes from its beginning.
 *
 * @param bytes unsigned in theory; real clusters stay far below 2^63
 */
public record Lsn(long bytes) implements Comparable<Lsn> {
    public static final Lsn ZERO = new Lsn(0);

    /** Reads PostgreSQL's notation {@code X/Y} (hexadecimal halves); empty when the text is none. */
    public static Optional<Lsn> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1) {
            return Optional.empty();
        }
        try {
            long high = Long.parseLong(text.substring(0, slash), 16);
            long low = Long.parseLong(text.substring(slash + 1), 16);
            return Optional.of(new Lsn(high << 32 | low));
        } catch (NumberFormatException notAnLsn) {
            return Optional.empty();
        }
    }

    public boolean atLeast(Lsn other) {
        return bytes >= other.bytes;
    }

    public boolean isAfter(Lsn other) {
        return bytes > other.bytes;
    }

    /** Bytes that {@code other} is ahead of this position; never negative. */
    public long behind(Lsn other) {
        return Math.max(0, other.bytes - bytes);
    }

    public static Lsn max(Lsn a, Lsn b) {
        return a.bytes >= b.bytes ? a : b;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compare(bytes, other.bytes);
    }

    /** PostgreSQL's notation, {@code X/Y}. */
    @Override
    public String toString() {
        return "%X/%X".formatted(bytes >>> 32, bytes & 0xFFFFFFFFL);
    }
}
