package io.orangery.dcs;

import io.orangery.dcs.DcsProvider.InvalidDcsSection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeSet;

/** The plugins that are installed: providers on the class path, by the section of the configuration that chooses them. */
public final class DcsPlugins {
    private final List<DcsProvider> providers;

    DcsPlugins(List<DcsProvider> providers) {
        this.providers = List.copyOf(providers);
    }

    /** Looks the providers up anew, which reads jars: not for a thread that must not block. */
    public static DcsPlugins installed() {
        return new DcsPlugins(ServiceLoader.load(DcsProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    /** Names of all sections that choose an installed plugin. */
    public SortedSet<String> sections() {
        TreeSet<String> names = new TreeSet<>();
        providers.forEach(provider -> names.addAll(provider.sections()));
        return names;
    }

    /**
     * The plugin for a section.
     *
     * @param section as spelled in the file
     * @throws InvalidDcsSection when no installed plugin answers for it, or more than one; names what is available
     */
    public DcsProvider forSection(String section) {
        List<DcsProvider> found = providers.stream()
                .filter(provider -> provider.sections().contains(section))
                .toList();
        if (found.size() > 1) {
            throw new InvalidDcsSection(section + ": more than one plugin answers for this section: "
                    + found.stream()
                            .map(provider -> provider.getClass().getName())
                            .toList());
        }
        return found.stream().findFirst().orElseThrow(() -> absent(section));
    }

    private InvalidDcsSection absent(String section) {
        String expected = providers.isEmpty()
                ? "no plugin is installed at all"
                : "expected one of " + String.join(", ", sections());
        return new InvalidDcsSection(section + ": no plugin for this section is installed; " + expected);
    }
}
