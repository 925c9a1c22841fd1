package io.orangery.http.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cipher suites named as OpenSSL does ({@code ECDHE-RSA-AES128-GCM-SHA256:...}) or as the JDK does. OpenSSL's keywords ({@code HIGH},
 * {@code !aNULL}) choose among ciphers of another library and are ignored: the JDK's default already leaves weak ones out.
 */
final class CipherNames {
    private static final Logger LOG = LoggerFactory.getLogger(CipherNames.class);

    private CipherNames() {}

    /** The named suites that exist here, TLS 1.3 ones always among them; all default ones when none of the names is known. */
    static String[] enabled(String text, SSLParameters supported, SSLParameters usual) {
        List<String> known = Arrays.asList(supported.getCipherSuites());
        Set<String> enabled = new LinkedHashSet<>();
        List<String> ignored = new ArrayList<>();
        for (String name : text.split("[:, ]+")) {
            String suite = name.startsWith("TLS_") ? name : fromOpenSsl(name);
            if (known.contains(suite)) {
                enabled.add(suite);
            } else {
                ignored.add(name);
            }
        }
        if (!ignored.isEmpty()) {
            LOG.warn("restapi.ciphers: not known here and ignored: {}", ignored);
        }
        if (enabled.isEmpty()) {
            LOG.error("restapi.ciphers: none of the named cipher suites is known here: using the JDK's default");
            return usual.getCipherSuites();
        }
        known.stream().filter(suite -> suite.matches("TLS_(AES|CHACHA20)_.*")).forEach(enabled::add);
        return enabled.toArray(String[]::new);
    }

    /** {@code ECDHE-RSA-AES128-GCM-SHA256} is {@code TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}. */
    static String fromOpenSsl(String name) {
        String bare = name.replaceFirst("^(ECDHE|DHE)-(RSA|ECDSA|DSS)-", "");
        String exchange = bare.equals(name) ? "RSA" : name.substring(0, name.length() - bare.length() - 1);
        String cipher = bare.replaceFirst("^AES(128|256)-(SHA)", "AES$1-CBC-$2")
                .replaceFirst("^AES(128|256)-", "AES-$1-")
                .replaceFirst("^CHACHA20-POLY1305$", "CHACHA20-POLY1305-SHA256");
        return "TLS_" + exchange.replace('-', '_') + "_WITH_" + cipher.replace('-', '_');
    }
}
