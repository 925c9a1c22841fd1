package io.orangery.postgres.configuration;

/**
 * Version of a PostgreSQL server or of its programs.
 *
 * @param major such as 15
 * @param number as {@code server_version_num} has it, such as 150018; the minor part is 0 where only the major version is known
 */
public record ServerVersion(int major, int number) implements Comparable<ServerVersion> {
    /** Oldest major version that Orangery runs. */
    public static final int OLDEST = 12;

    /** From {@code server_version_num}. */
    public static ServerVersion ofNumber(int number) {
        return new ServerVersion(number / 10_000, number);
    }

    /** From the content of {@code PG_VERSION}. */
    public static ServerVersion ofMajor(int major) {
        return new ServerVersion(major, major * 10_000);
    }

    public boolean atLeast(int otherMajor) {
        return major >= otherMajor;
    }

    @Override
    public int compareTo(ServerVersion other) {
        return Integer.compare(number, other.number);
    }
}
