package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Entry;
import io.orangery.dcs.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;

/**
 * Reads all keys below a node, level by level, each level in one round trip. Not a snapshot: each key is as it was at some moment of the
 * reading. A node that vanishes meanwhile is left out.
 */
final class TreeReader {
    private final Paths paths;
    private final Hints hints;

    TreeReader(Paths paths, Hints hints) {
        this.paths = paths;
        this.hints = hints;
    }

    Tree read(Exchange exchange, String root) throws KeeperException, Unanswered, InterruptedException {
        SortedMap<String, Entry> entries = new TreeMap<>();
        List<String> level = children(exchange, List.of(root));
        while (!level.isEmpty()) {
            level = children(exchange, readLevel(exchange, level, entries));
        }
        return new Tree(entries);
    }

    /** @return nodes that have children */
    private List<String> readLevel(Exchange exchange, List<String> level, SortedMap<String, Entry> entries)
            throws KeeperException, Unanswered, InterruptedException {
        List<CompletableFuture<Optional<Node>>> asked = level.stream()
                .map(path -> exchange.askGet(path, watcher(exchange)))
                .toList();
        List<Optional<Node>> nodes = exchange.awaitAll(asked);
        List<String> parents = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            String path = level.get(i);
            nodes.get(i).ifPresent(node -> {
                boolean hasChildren = node.stat().getNumChildren() > 0;
                if (hasChildren || exchange.session().needsOneShotWatches()) {
                    parents.add(path);
                }
                String relative = paths.relative(path);
                if (isKey(relative, node, hasChildren)) {
                    entries.put(relative, node.entry());
                }
            });
        }
        return parents;
    }

    private static boolean isKey(String relative, Node node, boolean hasChildren) {
        boolean onlyAParent =
                Paths.isDirectory(relative) || (hasChildren && node.value().isEmpty());
        return !onlyAParent && !PermanentKeys.meansAbsent(relative, node);
    }

    private List<String> children(Exchange exchange, List<String> parents)
            throws KeeperException, Unanswered, InterruptedException {
        List<CompletableFuture<List<String>>> asked = parents.stream()
                .map(path -> exchange.askChildren(path, watcher(exchange)))
                .toList();
        List<List<String>> names = exchange.awaitAll(asked);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < parents.size(); i++) {
            String parent = parents.get(i);
            names.get(i).forEach(name -> found.add(parent + "/" + name));
        }
        return found;
    }

    private Optional<Watcher> watcher(Exchange exchange) {
        return exchange.session().needsOneShotWatches() ? Optional.of(hints) : Optional.empty();
    }
}
