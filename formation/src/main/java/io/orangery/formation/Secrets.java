package io.orangery.formation;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The passwords of one formation, drawn anew for each: loopback is shared by all users of a machine.
 *
 * @param superuser of PostgreSQL's superuser
 * @param replication of the user that standbys connect as
 * @param rewind of the user that pg_rewind connects as
 * @param api of the REST API's unsafe methods
 * @param mesh for messages between the agents
 */
public record Secrets(String superuser, String replication, String rewind, String api, String mesh) {

    /** Draws them. */
    public static Secrets draw() {
        SecureRandom random = new SecureRandom();
        return new Secrets(word(random), word(random), word(random), word(random), word(random));
    }

    private static String word(SecureRandom random) {
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Never the passwords. */
    @Override
    public String toString() {
        return "Secrets[...]";
    }
}
