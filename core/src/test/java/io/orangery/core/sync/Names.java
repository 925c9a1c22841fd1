package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;

/** Nodes with names of one letter: {@code bcd} are three of them, {@code -} is nobody. */
final class Names {
    private Names() {}

    static StandbySet set(String letters) {
        return StandbySet.of(letters.replace("-", "")
                .chars()
                .mapToObj(letter -> new NodeId(String.valueOf((char) letter)))
                .toList());
    }

    static NodeId node(String name) {
        return new NodeId(name);
    }

    static String letters(StandbySet names) {
        return names.isEmpty()
                ? "-"
                : String.join("", names.stream().map(NodeId::name).toList());
    }
}
