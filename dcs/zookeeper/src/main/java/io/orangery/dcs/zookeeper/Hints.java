package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Change;
import java.util.function.Consumer;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands changes to the one listener, on the client's event thread. A listener that throws is logged and called again next time. */
final class Hints implements Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(Hints.class);

    private final Paths paths;
    private volatile Consumer<Change> listener = change -> {};

    Hints(Paths paths) {
        this.paths = paths;
    }

    void tell(Consumer<Change> newListener) {
        listener = newListener;
    }

    void everythingMayHaveChanged() {
        tell(Change.EVERYTHING);
    }

    @Override
    public void process(WatchedEvent event) {
        switch (event.getType()) {
            case NodeCreated, NodeDeleted, NodeDataChanged, NodeChildrenChanged ->
                tell(new Change(paths.relative(event.getPath())));
            case PersistentWatchRemoved, ChildWatchRemoved, DataWatchRemoved -> everythingMayHaveChanged();
            // The state of the connection: the session tells it.
            case None -> {}
        }
    }

    private void tell(Change change) {
        try {
            listener.accept(change);
        } catch (RuntimeException broken) {
            LOG.error("the listener for changes failed on {}", change, broken);
        }
    }
}
