package io.orangery.ctl;

import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsPlugins;
import io.orangery.dcs.DcsProvider.InvalidDcsSection;
import io.orangery.dcs.DcsSettings;
import java.util.Set;

/** The kinds of store that can be opened. */
interface Stores {
    /** Names of the sections of the configuration that choose one. */
    Set<String> sections();

    /** @throws InvalidDcsSection naming section, key and value */
    Dcs open(DcsSettings settings);

    /** The plugins on the class path. Looked up when first needed: reading jars takes time. */
    static Stores installed() {
        return new Stores() {
            private DcsPlugins plugins;

            private DcsPlugins plugins() {
                if (plugins == null) {
                    plugins = DcsPlugins.installed();
                }
                return plugins;
            }

            @Override
            public Set<String> sections() {
                return plugins().sections();
            }

            @Override
            public Dcs open(DcsSettings settings) {
                return plugins().forSection(settings.sectionName()).open(settings);
            }
        };
    }
}
