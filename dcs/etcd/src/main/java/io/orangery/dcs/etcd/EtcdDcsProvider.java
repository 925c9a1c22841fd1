package io.orangery.dcs.etcd;

import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsProvider;
import io.orangery.dcs.DcsSettings;
import java.time.Duration;
import java.util.List;

/** Opens connections to etcd 3.4 or later. Both sections speak version 3 of the API; version 2 is gone from etcd itself. */
public final class EtcdDcsProvider implements DcsProvider {
    @Override
    public List<String> sections() {
        return List.of("etcd3", "etcd");
    }

    /** What an etcd with the default election timeout of 1 s grants at least; it grants more than is asked rather than refuse. */
    @Override
    public Duration minimumTtl() {
        return Duration.ofSeconds(2);
    }

    @Override
    public void check(DcsSettings settings) {
        EtcdSection.of(settings).credentials(settings.sectionName());
    }

    @Override
    public Dcs open(DcsSettings settings) {
        return EtcdDcs.open(settings);
    }
}
