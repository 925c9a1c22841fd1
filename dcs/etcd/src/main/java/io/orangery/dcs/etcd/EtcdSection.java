package io.orangery.dcs.etcd;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.orangery.dcs.DcsProvider.InvalidDcsSection;
import io.orangery.dcs.DcsSettings;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The section {@code etcd3} or {@code etcd}, checked (configuration.md 6.1).
 *
 * @param endpoints never empty
 * @param login empty: no authentication
 * @param tls empty: plain text
 */
record EtcdSection(List<Endpoint> endpoints, Optional<Login> login, Optional<Tls> tls) {
    private static final int DEFAULT_PORT = 2379;

    record Endpoint(String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    record Login(String user, String password) {
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }

    /** Files in PEM format. @param key may be the certificate's own file; PKCS #8 */
    record Tls(Optional<File> authorities, Optional<File> certificate, Optional<File> key) {}

    static EtcdSection of(DcsSettings settings) {
        return new Reader(settings.sectionName(), settings.section()).read();
    }

    /** @throws InvalidDcsSection when a file cannot be used */
    ChannelCredentials credentials(String sectionName) {
        if (tls.isEmpty()) {
            return InsecureChannelCredentials.create();
        }
        TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
        try {
            if (tls.get().authorities().isPresent()) {
                builder.trustManager(tls.get().authorities().get());
            }
            if (tls.get().certificate().isPresent()) {
                File certificate = tls.get().certificate().get();
                builder.keyManager(certificate, tls.get().key().orElse(certificate));
            }
            ChannelCredentials credentials = builder.build();
            // Only this reads what is in the files; nothing is connected.
            NettyChannelBuilder.forAddress("localhost", DEFAULT_PORT, credentials);
            return credentials;
        } catch (IOException | RuntimeException e) {
            throw new InvalidDcsSection(sectionName + ".cacert, cert, key: cannot be used: " + e.getMessage());
        }
    }

    /** Reads one section; every complaint names section, key and value. */
    private record Reader(String name, Map<String, Object> section) {
        EtcdSection read() {
            for (String key : List.of("srv", "discovery_srv", "srv_domain", "srv_suffix")) {
                if (section.containsKey(key)) {
                    throw complaint(key, "discovery by DNS is not supported yet; expected host, hosts or url");
                }
            }
            Optional<URI> url = text("proxy")
                    .map(value -> url("proxy", value))
                    .or(() -> text("url").map(value -> url("url", value)));
            boolean secure = url.map(URI::getScheme)
                    .or(() -> text("protocol"))
                    .map(this::isSecure)
                    .orElse(false);
            return new EtcdSection(endpoints(url), login(url), secure ? Optional.of(tls()) : Optional.empty());
        }

        private boolean isSecure(String protocol) {
            return switch (protocol) {
                case "https" -> true;
                case "http" -> false;
                default -> throw new InvalidDcsSection(name + ".protocol: " + protocol + ": expected http or https");
            };
        }

        private List<Endpoint> endpoints(Optional<URI> url) {
            if (url.isPresent()) {
                int port = url.get().getPort();
                return List.of(new Endpoint(url.get().getHost(), port < 0 ? DEFAULT_PORT : port));
            }
            if (section.containsKey("hosts")) {
                List<Endpoint> endpoints =
                        hosts().stream().map(host -> endpoint("hosts", host)).toList();
                if (endpoints.isEmpty()) {
                    throw complaint("hosts", "expected at least one host[:port]");
                }
                return endpoints;
            }
            return List.of(endpoint(
                    "host",
                    text("host")
                            .orElseThrow(() -> new InvalidDcsSection(
                                    name + ": none of host, hosts, url, proxy is there; expected one of them"))));
        }

        private List<String> hosts() {
            List<String> found = new ArrayList<>();
            if (section.get("hosts") instanceof List<?> list) {
                for (Object each : list) {
                    if (!(each instanceof String host)) {
                        throw complaint("hosts", "expected a list of host[:port]");
                    }
                    found.add(host.strip());
                }
                return found;
            }
            Arrays.stream(text("hosts").orElseThrow().split(","))
                    .map(host -> host.strip().replaceAll("^[\"']|[\"']$", ""))
                    .filter(host -> !host.isEmpty())
                    .forEach(found::add);
            return found;
        }

        private Endpoint endpoint(String key, String value) {
            try {
                URI uri = new URI("etcd://" + value);
                if (uri.getHost() != null
                        && uri.getUserInfo() == null
                        && uri.getPath().isEmpty()) {
                    return new Endpoint(uri.getHost(), uri.getPort() < 0 ? port() : uri.getPort());
                }
            } catch (URISyntaxException notAHost) {
                // Said below, with the key.
            }
            throw new InvalidDcsSection(name + "." + key + ": " + value + ": expected host or host:port");
        }

        private int port() {
            Object port = section.getOrDefault("port", DEFAULT_PORT);
            try {
                int number = Integer.parseInt(port.toString());
                if (number > 0 && number < 65_536) {
                    return number;
                }
            } catch (NumberFormatException notANumber) {
                // Said below, with the key.
            }
            throw complaint("port", "expected a number from 1 to 65535");
        }

        private URI url(String key, String value) {
            try {
                URI uri = new URI(value);
                if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
                    return uri;
                }
            } catch (URISyntaxException notAUrl) {
                // Said below, with the key; without the value, which may hold a password.
            }
            throw new InvalidDcsSection(name + "." + key + ": expected http://host:port or https://host:port");
        }

        private Optional<Login> login(Optional<URI> url) {
            Optional<String> inUrl = url.map(URI::getUserInfo).filter(info -> info.contains(":"));
            if (inUrl.isPresent()) {
                String[] parts = inUrl.get().split(":", 2);
                return Optional.of(new Login(parts[0], parts[1]));
            }
            return text("username").flatMap(user -> text("password").map(password -> new Login(user, password)));
        }

        private Tls tls() {
            return new Tls(file("cacert"), file("cert"), file("key"));
        }

        private Optional<File> file(String key) {
            Optional<File> file = text(key).map(File::new);
            if (file.isPresent() && !file.get().canRead()) {
                throw complaint(key, "expected a file that can be read");
            }
            return file;
        }

        private Optional<String> text(String key) {
            Object value = section.get(key);
            if (value != null && !(value instanceof String)) {
                throw complaint(key, "expected a string");
            }
            return Optional.ofNullable((String) value).filter(text -> !text.isBlank());
        }

        private InvalidDcsSection complaint(String key, String expected) {
            String value = List.of("password", "url", "proxy").contains(key) ? "(hidden)" : "" + section.get(key);
            return new InvalidDcsSection(name + "." + key + ": " + value + ": " + expected);
        }
    }
}
