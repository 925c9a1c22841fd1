package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsProvider;
import io.orangery.dcs.DcsSettings;
import java.time.Duration;
import java.util.List;

/** Makes {@link ZooKeeperDcs} available under the section {@code zookeeper}. */
public final class ZooKeeperDcsProvider implements DcsProvider {
    /**
     * A server grants no session below two of its ticks, which last 2 s unless configured otherwise. What it really grants is known only
     * once it has been asked: {@link Dcs#grantedTtl()}.
     */
    private static final Duration TWO_DEFAULT_TICKS = Duration.ofSeconds(4);

    /** For {@link java.util.ServiceLoader}. */
    public ZooKeeperDcsProvider() {}

    @Override
    public List<String> sections() {
        return List.of("zookeeper");
    }

    @Override
    public Duration minimumTtl() {
        return TWO_DEFAULT_TICKS;
    }

    @Override
    public void check(DcsSettings settings) {
        ZooKeeperSection.of(settings);
    }

    @Override
    public Dcs open(DcsSettings settings) {
        return new ZooKeeperDcs(settings, ZooKeeperSection.of(settings));
    }
}
