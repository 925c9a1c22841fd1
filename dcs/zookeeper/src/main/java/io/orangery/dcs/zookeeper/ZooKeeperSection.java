package io.orangery.dcs.zookeeper;

import io.orangery.dcs.DcsSettings;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;

/**
 * The section {@code zookeeper} of the configuration (configuration 6.2), checked.
 *
 * @param connectString {@code host:port} joined by commas
 * @param authData scheme to credential; secret
 * @param acl of every node that is created
 */
record ZooKeeperSection(String connectString, Map<String, String> authData, List<ACL> acl, Optional<TlsFiles> tls) {
    private static final int DEFAULT_PORT = 2181;
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^:/\\[\\]\\s]+)(?::([0-9]{1,5}))?");

    /** @throws io.orangery.dcs.DcsProvider.InvalidDcsSection naming key, value and what was expected */
    static ZooKeeperSection of(DcsSettings settings) {
        return new ZooKeeperSection(
                hosts(Setting.of(settings, "hosts")),
                credentials(Setting.of(settings, "auth_data")),
                AccessRules.of(Setting.of(settings, "set_acls")),
                Setting.of(settings, "use_ssl").flag(false) ? Optional.of(TlsFiles.of(settings)) : Optional.empty());
    }

    private static String hosts(Setting setting) {
        List<String> hosts = setting.list();
        if (hosts.isEmpty()) {
            throw setting.invalid("a list of host:port");
        }
        return String.join(
                ",", hosts.stream().map(host -> address(setting, host)).toList());
    }

    private static String address(Setting setting, String host) {
        var parts = HOST.matcher(host);
        if (!parts.matches()) {
            throw setting.invalid("host:port instead of '" + host + "' (a path belongs into 'namespace')");
        }
        int port = parts.group(2) == null ? DEFAULT_PORT : Integer.parseInt(parts.group(2));
        if (port < 1 || port > 65_535) {
            throw setting.invalid("a port between 1 and 65535 in '" + host + "'");
        }
        return parts.group(1) + ":" + port;
    }

    private static Map<String, String> credentials(Setting setting) {
        Map<String, String> credentials = new LinkedHashMap<>();
        setting.mapping()
                .forEach((scheme, credential) -> credentials.put(
                        scheme,
                        credential.text().orElseThrow(() -> credential.invalidSecret("the credential as a text"))));
        return credentials;
    }

    /** Of one session; reads the files for TLS anew. */
    ZKClientConfig clientSettings() throws IOException {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        if (tls.isPresent()) {
            tls.get().applyTo(config);
        }
        return config;
    }

    /** Without the credentials. */
    @Override
    public String toString() {
        return "ZooKeeper at " + connectString;
    }
}
