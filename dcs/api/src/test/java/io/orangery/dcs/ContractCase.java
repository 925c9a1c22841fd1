package io.orangery.dcs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** What the parts of the contract share: connections to one store in a namespace of the test's own. */
abstract class ContractCase {
    private final List<Connection> opened = new ArrayList<>();
    private String namespace;
    private StoreUnderTest store;

    /** The store to test; called once per test. The same store may serve many tests: each has a namespace of its own. */
    protected abstract StoreUnderTest store();

    @BeforeEach
    final void openNamespace(TestInfo test) {
        namespace = test.getTestMethod().orElseThrow().getName();
        store = store();
    }

    @AfterEach
    final void closeConnections() {
        opened.forEach(connection -> connection.dcs().close());
    }

    final StoreUnderTest underTest() {
        return store;
    }

    /** A member of a plain cluster. */
    final Connection member(String name) {
        return connect("batman", Optional.empty(), false, Optional.of(name));
    }

    /** A member of a Citus group; the coordinators of group 0 see the whole formation. */
    final Connection member(String name, int group) {
        return connect("batman", Optional.of(group), group == 0, Optional.of(name));
    }

    final Connection commandLine() {
        return connect("batman", Optional.empty(), true, Optional.empty());
    }

    final Connection memberOfScope(String scope, String name) {
        return connect(scope, Optional.empty(), false, Optional.of(name));
    }

    private Connection connect(String scope, Optional<Integer> group, boolean wholeFormation, Optional<String> name) {
        DcsSettings settings = new DcsSettings(
                store.section(),
                store.section().keySet().stream().findFirst().orElse("store"),
                namespace,
                scope,
                group,
                wholeFormation,
                name,
                timing().ttl(),
                timing().loopWait(),
                timing().retryTimeout());
        Connection connection = new Connection(store, settings);
        opened.add(connection);
        return connection;
    }

    final Timing timing() {
        return new Timing(store.ttl(), Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    static Entry key(Tree tree, String path) {
        return tree.get(path).orElseThrow(() -> new AssertionError("no key " + path + " in " + tree));
    }

    static void assertKeys(Tree tree, String... paths) {
        assertThat(tree.entries()).containsOnlyKeys(paths);
    }
}
