package io.orangery.config;

import io.orangery.core.settings.MeshSettings;
import io.orangery.core.settings.RestApiSettings;
import java.util.Locale;
import java.util.Optional;

/** Makes the settings of the REST server and client and of the mesh (configuration.md 5.5, 5.6; rest-api 16.2; design.md 7). Pure. */
final class RestApiReader {
    private static final int MESH_PORT_DISTANCE = 10_000;
    private static final int LARGEST_PORT = 65_535;

    private final Values restApi;
    private final Values ctl;
    private final Values mesh;
    private final Address listen;

    RestApiReader(Values local) {
        this.restApi = local.section("restapi");
        this.ctl = local.section("ctl");
        this.mesh = local.section("mesh");
        this.listen = restApi.text("listen").flatMap(Address::parse).orElseThrow();
    }

    RestApiSettings restApi() {
        return new RestApiSettings(
                listen.host(),
                listen.port(),
                restApi.text("connect_address").or(() -> restApi.text("listen")).orElseThrow(),
                authentication(restApi),
                restApi.path("certfile"),
                restApi.path("keyfile"),
                restApi.text("keyfile_password"),
                restApi.path("cafile"),
                restApi.text("ciphers"),
                restApi.text("verify_client")
                        .map(mode -> mode.toLowerCase(Locale.ROOT))
                        .orElse("none"),
                restApi.texts("allowlist"),
                restApi.isOn("allowlist_include_members"),
                restApi.entries("http_extra_headers"),
                restApi.entries("https_extra_headers"),
                restApi.text("server_tokens"),
                authentication(ctl).or(() -> authentication(restApi)),
                ctl.path("certfile"),
                ctl.path("keyfile"),
                ctl.text("keyfile_password"),
                ctl.path("cacert").or(() -> restApi.path("cafile")),
                // The agent never checks host names of other members, and their certificates only when it has one
                // itself.
                !ctl.has("certfile"));
    }

    MeshSettings mesh() {
        int standardPort = listen.port() + MESH_PORT_DISTANCE <= LARGEST_PORT ? listen.port() + MESH_PORT_DISTANCE : 0;
        Optional<Address> own = mesh.text("listen").flatMap(Address::parse);
        int port = own.map(Address::port).orElse(standardPort);
        Optional<Address> connect = mesh.text("connect_address").flatMap(Address::parse);
        String restHost = restApi.text("connect_address")
                .flatMap(Address::parse)
                .orElse(listen)
                .host();
        return new MeshSettings(
                mesh.flag("enabled").orElse(true),
                own.map(Address::host).orElse(listen.host()),
                port,
                connect.map(Address::host).orElse(restHost),
                connect.map(Address::port).orElse(port),
                mesh.text("secret"));
    }

    /** {@code user:password}; both are there, or none. */
    static Optional<String> authentication(Values section) {
        Values authentication = section.section("authentication");
        return authentication
                .text("username")
                .map(user -> user + ":" + authentication.text("password").orElse(""));
    }
}
