package io.orangery.http;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Member;
import io.orangery.core.settings.RestApiSettings;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From where unsafe requests may come (rest-api 4.3). A list of which nothing could be resolved allows nobody: it was meant to restrict.
 *
 * @param restricted a static list is configured
 * @param listed what could be resolved of it
 * @param members members of the cluster are allowed too
 */
record AllowedSources(boolean restricted, List<Network> listed, boolean members) {
    private static final Logger LOG = LoggerFactory.getLogger(AllowedSources.class);

    /** Resolves host names: <b>blocks</b>. */
    static AllowedSources resolve(RestApiSettings settings) {
        List<Network> networks = new ArrayList<>();
        for (String entry : settings.allowlist()) {
            List<Network> found = resolve(entry.strip());
            if (found.isEmpty()) {
                LOG.error(
                        "restapi.allowlist: '{}' is not a network and not a host that can be resolved: ignored", entry);
            }
            networks.addAll(found);
        }
        return new AllowedSources(
                !settings.allowlist().isEmpty(), List.copyOf(networks), settings.allowlistIncludesMembers());
    }

    private static List<Network> resolve(String entry) {
        return entry.contains("/")
                ? Network.parse(entry).stream().toList()
                : addresses(entry).map(Network::single).toList();
    }

    private static Stream<InetAddress> addresses(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host));
        } catch (UnknownHostException unknown) {
            return Stream.empty();
        }
    }

    boolean needsMembers() {
        return members;
    }

    /** By the static list alone, as {@code POST /failsafe} is judged: the store is expected to be down then. */
    boolean listedOrUnrestricted(Optional<InetAddress> source) {
        return !restricted || listed(source);
    }

    /**
     * Resolves members' host names: <b>blocks</b> when members are allowed.
     *
     * @param cluster valid view of the keys; empty: no member is known
     */
    boolean allows(Optional<InetAddress> source, Optional<ClusterView> cluster) {
        if (!restricted && !members) {
            return true;
        }
        return listed(source)
                || members
                        && source.isPresent()
                        && cluster.stream()
                                .flatMap(AllowedSources::everyMember)
                                .flatMap(member -> member.data().apiUrl().flatMap(AllowedSources::host).stream())
                                .flatMap(AllowedSources::addresses)
                                .anyMatch(address -> Network.single(address).contains(source.get()));
    }

    private boolean listed(Optional<InetAddress> source) {
        return source.filter(address -> listed.stream().anyMatch(network -> network.contains(address)))
                .isPresent();
    }

    private static Stream<Member> everyMember(ClusterView cluster) {
        return Stream.concat(
                cluster.members().stream(), cluster.workers().values().stream().flatMap(AllowedSources::everyMember));
    }

    private static Optional<String> host(String apiUrl) {
        try {
            return Optional.ofNullable(URI.create(apiUrl).getHost());
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }
}
