package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Value of the parameter {@code synchronous_standby_names}.
 *
 * @param number how many of the names have to confirm a commit; 0 exactly when the type is {@code OFF}. May exceed the number of names
 * @param names empty with a number of 1 or more: nobody can confirm, commits wait (strict mode without standbys). The single name
 *     {@code *} stands for a list with an asterisk: it matches no member
 */
public record SynchronousStandbyNames(Type type, int number, StandbySet names) {

    /** How the confirming standbys are chosen among the names. */
    public enum Type {
        OFF,
        /** The first ones of the list that are connected. */
        PRIORITY,
        /** Any of them. */
        QUORUM
    }

    /** Stands for "nobody" where an empty list would switch synchronous replication off. No node may be called so. */
    public static final NodeId PLACEHOLDER = new NodeId("__patroni_strict_sync_replica_placeholder__");

    public static final NodeId ASTERISK = new NodeId("*");

    public static final SynchronousStandbyNames OFF = new SynchronousStandbyNames(Type.OFF, 0, StandbySet.EMPTY);

    public SynchronousStandbyNames {
        if (names.contains(ASTERISK)) {
            names = StandbySet.of(ASTERISK);
        } else {
            names = names.minus(PLACEHOLDER);
        }
        if ((type == Type.OFF) != (number == 0) || number < 0 || type == Type.OFF && !names.isEmpty()) {
            throw new IllegalArgumentException(
                    "not a value of synchronous_standby_names: " + type + " " + number + " of " + names);
        }
    }

    /** Of this type and number, or {@code OFF} when the number is 0 and there are no names. */
    public static SynchronousStandbyNames of(Type type, int number, StandbySet names) {
        return number == 0 && names.isEmpty() ? OFF : new SynchronousStandbyNames(type, number, names);
    }

    /** Reads the server's text. Empty when PostgreSQL's grammar has no such text, which PostgreSQL itself would refuse. */
    public static Optional<SynchronousStandbyNames> parse(String text) {
        return new StandbyNamesParser(text).parse();
    }

    /**
     * The text for {@code postgresql.conf} (without outer quotes). Empty: the parameter is to be removed.
     *
     * <p>A priority list with several names is written {@code n (a,b)}, which every version reads as {@code FIRST n (a,b)}.
     */
    public Optional<String> render() {
        if (type == Type.OFF) {
            return Optional.empty();
        }
        boolean nobody = names.isEmpty() || names.contains(ASTERISK);
        String list = nobody
                ? PLACEHOLDER.name()
                : names.stream().map(name -> quote(name.name())).collect(Collectors.joining(","));
        if (type == Type.QUORUM) {
            return Optional.of("ANY " + number + " (" + list + ")");
        }
        return Optional.of(nobody || names.size() == 1 && number == 1 ? list : number + " (" + list + ")");
    }

    private static String quote(String name) {
        boolean keyword = name.equalsIgnoreCase("first") || name.equalsIgnoreCase("any");
        boolean plain = name.matches("[A-Za-z_][A-Za-z_0-9$]*") && !keyword;
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public String toString() {
        return "\"" + render().orElse("") + "\"";
    }
}
