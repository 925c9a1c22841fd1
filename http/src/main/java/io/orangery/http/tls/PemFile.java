package io.orangery.http.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file with PEM blocks: certificates, keys, or both.
 *
 * @param path for messages
 */
record PemFile(Path path, List<Block> blocks) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*(.*?)-----END \\1-----", Pattern.DOTALL);

    /**
     * One block.
     *
     * @param encrypted in the old way, by headers inside the block
     */
    record Block(String type, byte[] der, boolean encrypted) {}

    /** @throws BadTlsSetting when it cannot be read or holds no PEM block */
    static PemFile read(Path path) {
        String text;
        try {
            text = Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new BadTlsSetting("cannot read " + path + ": " + unreadable.getMessage(), unreadable);
        }
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            boolean encrypted = matcher.group(2).startsWith("Proc-Type: 4,ENCRYPTED");
            blocks.add(new Block(
                    matcher.group(1),
                    encrypted ? new byte[0] : Base64.getMimeDecoder().decode(matcher.group(2)),
                    encrypted));
        }
        if (blocks.isEmpty()) {
            throw new BadTlsSetting("no PEM block (-----BEGIN ...-----) in " + path);
        }
        return new PemFile(path, blocks);
    }

    /** In the order of the file; never empty. */
    List<X509Certificate> certificates() {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.type().equals("CERTIFICATE") || block.type().equals("TRUSTED CERTIFICATE")) {
                certificates.add(certificate(block));
            }
        }
        if (certificates.isEmpty()) {
            throw new BadTlsSetting("no certificate in " + path);
        }
        return certificates;
    }

    private X509Certificate certificate(Block block) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block.der()));
        } catch (GeneralSecurityException bad) {
            throw new BadTlsSetting("a certificate in " + path + " cannot be read: " + bad.getMessage(), bad);
        }
    }

    /** The first private key. */
    PrivateKey privateKey(Optional<String> password) {
        Block block = blocks.stream()
                .filter(candidate -> candidate.type().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new BadTlsSetting("no private key in " + path));
        try {
            return PemKey.read(block, password);
        } catch (GeneralSecurityException | IOException bad) {
            throw new BadTlsSetting("the private key in " + path + " cannot be read: " + bad.getMessage(), bad);
        }
    }
}
