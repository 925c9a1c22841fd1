package io.orangery.dcs.zookeeper;

import io.orangery.dcs.DcsSettings;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where the keys of one connection lie (dcs-layout 1). */
record Paths(String base, Optional<Integer> group, boolean wholeFormation, Optional<String> member) {
    private static final Pattern DIRECTORY = Pattern.compile("(0|[1-9][0-9]*)|((0|[1-9][0-9]*)/)?(members|optime)");
    private static final Pattern SYNC = Pattern.compile("((0|[1-9][0-9]*)/)?sync");

    static Paths of(DcsSettings settings) {
        String base = settings.base();
        return new Paths(
                base.substring(0, base.length() - 1), settings.group(), settings.wholeFormation(), settings.member());
    }

    String key(String relative) {
        return base + "/" + relative;
    }

    String group(Optional<Integer> number) {
        return number.map(own -> base + "/" + own).orElse(base);
    }

    String own(String key) {
        return group(group) + "/" + key;
    }

    String leader() {
        return own("leader");
    }

    String memberKey() {
        return own("members/" + member.orElseThrow());
    }

    /** Root of what {@code read()} returns and of what is watched. */
    String view() {
        return wholeFormation ? base : group(group);
    }

    /** Empty for the base itself. */
    String relative(String path) {
        return path.length() <= base.length() ? "" : path.substring(base.length() + 1);
    }

    /** Nodes that exist only to have children, also while they have none. */
    static boolean isDirectory(String relative) {
        return DIRECTORY.matcher(relative).matches();
    }

    static boolean isSync(String relative) {
        return SYNC.matcher(relative).matches();
    }
}
