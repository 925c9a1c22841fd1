package io.orangery.dcs;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What every plugin needs to know.
 *
 * @param section the plugin's section of the configuration, as parsed from the YAML: nested maps, lists, strings, numbers, booleans
 * @param sectionName as spelled in the file ({@code etcd3}, {@code zookeeper}); for messages
 * @param namespace default {@code service}; any number of slashes around it
 * @param scope never empty
 * @param group the Citus group; empty: plain cluster, no group in the path
 * @param wholeFormation true: {@link Dcs#read()} returns all groups of the scope (members of group 0, and the command line)
 * @param member own name; empty for the command line, which holds no lease and is no member
 * @param ttl life of lease or session
 * @param loopWait period of the backstop tick
 * @param retryTimeout total time for one operation, retries included
 */
public record DcsSettings(
        Map<String, Object> section,
        String sectionName,
        String namespace,
        String scope,
        Optional<Integer> group,
        boolean wholeFormation,
        Optional<String> member,
        Duration ttl,
        Duration loopWait,
        Duration retryTimeout) {

    /** {@code /namespace/scope/}, every run of slashes collapsed to one. */
    public String base() {
        return ("/" + namespace + "/" + scope + "/").replaceAll("/+", "/");
    }

    /** Path below {@link #base()} of a key of the own group: {@code leader} or {@code 1/leader}. */
    public String own(String key) {
        return group.map(number -> number + "/" + key).orElse(key);
    }
}
