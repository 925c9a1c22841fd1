package io.orangery.dcs.zookeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/** Reads {@code set_acls}: principal, with {@code scheme:} in front or else of scheme {@code x509}, to permissions (dcs-layout 12.5). */
final class AccessRules {
    /** A distinguished name has {@code =} before any colon, so it is never taken for a scheme. */
    private static final Pattern WITH_SCHEME = Pattern.compile("([A-Za-z0-9_-]+):(.*)");

    private static final String DEFAULT_SCHEME = "x509";

    private AccessRules() {}

    /** Without rules every node is open to all, as in the reference. */
    static List<ACL> of(Setting setting) {
        if (setting.mapping().isEmpty()) {
            return ZooDefs.Ids.OPEN_ACL_UNSAFE;
        }
        List<ACL> rules = new ArrayList<>();
        setting.mapping().forEach((principal, permissions) -> rules.add(rule(principal, permissions)));
        return List.copyOf(rules);
    }

    private static ACL rule(String principal, Setting permissions) {
        var parts = WITH_SCHEME.matcher(principal);
        Id id = parts.matches() ? new Id(parts.group(1), parts.group(2)) : new Id(DEFAULT_SCHEME, principal);
        checkId(id, permissions);
        int bits = 0;
        for (String permission : permissions.list()) {
            bits |= bit(permission, permissions);
        }
        if (bits == 0) {
            throw permissions.invalid("a list of READ, WRITE, CREATE, DELETE, ADMIN or ALL");
        }
        return new ACL(bits, id);
    }

    /** The server refuses these with an error that names neither the key nor the reason. */
    private static void checkId(Id id, Setting permissions) {
        switch (id.getScheme()) {
            case "world" -> {
                if (!id.getId().equals("anyone")) {
                    throw permissions.invalid("the principal world:anyone, the only one of its scheme");
                }
            }
            case "digest" -> {
                if (!id.getId().matches("[^:]+:[^:]+")) {
                    throw permissions.invalid("a principal digest:<user>:<hash of the password>");
                }
            }
            case "sasl" -> throw permissions.invalid("another scheme: sessions with SASL are not supported");
            case "auth" -> {
                if (!id.getId().isEmpty()) {
                    throw permissions.invalid("the principal 'auth:' alone, which means all that auth_data names");
                }
            }
            default -> {
                if (id.getId().isEmpty()) {
                    throw permissions.invalid("a principal after the scheme");
                }
            }
        }
    }

    private static int bit(String permission, Setting permissions) {
        return switch (permission.toUpperCase(Locale.ROOT)) {
            case "READ" -> ZooDefs.Perms.READ;
            case "WRITE" -> ZooDefs.Perms.WRITE;
            case "CREATE" -> ZooDefs.Perms.CREATE;
            case "DELETE" -> ZooDefs.Perms.DELETE;
            case "ADMIN" -> ZooDefs.Perms.ADMIN;
            case "ALL" -> ZooDefs.Perms.ALL;
            default ->
                throw permissions.invalid("READ, WRITE, CREATE, DELETE, ADMIN or ALL instead of '" + permission + "'");
        };
    }
}
