package io.orangery.dcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.orangery.dcs.DcsProvider.InvalidDcsSection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DcsPluginsTest {
    private record Named(List<String> sections) implements DcsProvider {
        @Override
        public Duration minimumTtl() {
            return Duration.ofSeconds(5);
        }

        @Override
        public void check(DcsSettings settings) {
            throw new UnsupportedOperationException("choosing a plugin checks nothing");
        }

        @Override
        public Dcs open(DcsSettings settings) {
            throw new UnsupportedOperationException("choosing a plugin opens nothing");
        }
    }

    private final DcsProvider etcd = new Named(List.of("etcd3", "etcd"));
    private final DcsProvider zookeeper = new Named(List.of("zookeeper"));

    @Test
    void sectionChoosesThePlugin() {
        DcsPlugins plugins = new DcsPlugins(List.of(etcd, zookeeper));
        assertThat(plugins.forSection("etcd")).isSameAs(etcd);
        assertThat(plugins.forSection("etcd3")).isSameAs(etcd);
        assertThat(plugins.forSection("zookeeper")).isSameAs(zookeeper);
    }

    @Test
    void absentPluginIsAnErrorThatNamesWhatIsAvailable() {
        DcsPlugins plugins = new DcsPlugins(List.of(zookeeper, etcd));
        assertThatExceptionOfType(InvalidDcsSection.class)
                .isThrownBy(() -> plugins.forSection("consul"))
                .withMessage("consul: no plugin for this section is installed; expected one of etcd, etcd3, zookeeper");
    }

    @Test
    void withoutAnyPluginTheMessageSaysSo() {
        assertThat(DcsPlugins.installed().sections()).isEmpty();
        assertThatExceptionOfType(InvalidDcsSection.class)
                .isThrownBy(() -> DcsPlugins.installed().forSection("etcd3"))
                .withMessageContaining("no plugin is installed at all");
    }

    @Test
    void twoPluginsForOneSectionAreAnError() {
        DcsPlugins plugins = new DcsPlugins(List.of(etcd, new Named(List.of("etcd"))));
        assertThatExceptionOfType(InvalidDcsSection.class)
                .isThrownBy(() -> plugins.forSection("etcd"))
                .withMessageContaining("more than one plugin");
    }
}
