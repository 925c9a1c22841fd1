package io.orangery.actors.mesh;

import akka.remote.artery.tcp.SSLEngineProvider;
import akka.remote.artery.tcp.SSLEngineProviderSetup;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import scala.Option;

/**
 * TLS of the mesh: mutual, with one context for both directions. Host names are not compared with certificates, as for calls over REST:
 * a certificate of the configured authority is what admits a node.
 *
 * @param context with the node's certificate and key, and with trust in the formation's authority only
 */
public record MeshTls(SSLContext context) {
    SSLEngineProviderSetup setup() {
        return SSLEngineProviderSetup.create(system -> new Engines(context));
    }

    private record Engines(SSLContext context) implements SSLEngineProvider {
        @Override
        public SSLEngine createServerSSLEngine(String hostname, int port) {
            SSLEngine engine = context.createSSLEngine(hostname, port);
            engine.setUseClientMode(false);
            engine.setNeedClientAuth(true);
            return engine;
        }

        @Override
        public SSLEngine createClientSSLEngine(String hostname, int port) {
            SSLEngine engine = context.createSSLEngine(hostname, port);
            engine.setUseClientMode(true);
            return engine;
        }

        @Override
        public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
            return Option.empty();
        }

        @Override
        public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
            return Option.empty();
        }
    }
}
