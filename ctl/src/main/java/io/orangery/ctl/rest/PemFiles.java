package io.orangery.ctl.rest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Certificates and keys in PEM files, as OpenSSL writes them. */
final class PemFiles {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final List<String> KEY_KINDS = List.of("RSA", "EC", "Ed25519", "Ed448");
    /** {@code AlgorithmIdentifier} of RSA: object identifier 1.2.840.113549.1.1.1 and NULL. */
    private static final byte[] RSA_ALGORITHM = {
        0x30, 0x0d, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0xd, 1, 1, 1, 5, 0
    };

    private PemFiles() {}

    /** All certificates of the file, never none. @throws IOException not readable, or there is none in it */
    static List<X509Certificate> certificates(Path file) throws IOException {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            var certificates = new ArrayList<X509Certificate>();
            for (Matcher block = blocks(file); block.find(); ) {
                if (block.group(1).endsWith("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(content(block))));
                }
            }
            if (certificates.isEmpty()) {
                throw new IOException(file + " holds no certificate, expected PEM with BEGIN CERTIFICATE");
            }
            return certificates;
        } catch (CertificateException | IllegalArgumentException malformed) {
            throw new IOException(
                    file + " holds a certificate that cannot be read: " + malformed.getMessage(), malformed);
        }
    }

    /** The first private key of the file: PKCS #8, plain or encrypted, or OpenSSL's older form for RSA. */
    static PrivateKey privateKey(Path file, Optional<String> password) throws IOException {
        try {
            for (Matcher block = blocks(file); block.find(); ) {
                switch (block.group(1)) {
                    case "PRIVATE KEY" -> {
                        return key(new PKCS8EncodedKeySpec(content(block)));
                    }
                    case "ENCRYPTED PRIVATE KEY" -> {
                        return key(decrypted(file, content(block), password));
                    }
                    case "RSA PRIVATE KEY" -> {
                        return key(new PKCS8EncodedKeySpec(wrapped(content(block))));
                    }
                    default -> {} // the certificate beside it
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException unusable) {
            throw new IOException(
                    file + " holds a private key that cannot be used: " + unusable.getMessage(), unusable);
        }
        throw new IOException(file + " holds no private key that can be read; expected PEM with BEGIN PRIVATE KEY"
                + " (openssl pkcs8 -topk8 converts others)");
    }

    private static PKCS8EncodedKeySpec decrypted(Path file, byte[] content, Optional<String> password)
            throws IOException, GeneralSecurityException {
        if (password.isEmpty()) {
            throw new IOException(file + " holds an encrypted private key, and keyfile_password is not set");
        }
        var encrypted = new EncryptedPrivateKeyInfo(content);
        // The name of the algorithm is only in its parameters (PBES2).
        String algorithm = encrypted.getAlgParameters() == null
                ? encrypted.getAlgName()
                : encrypted.getAlgParameters().toString();
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.DECRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm)
                        .generateSecret(new PBEKeySpec(password.get().toCharArray())),
                encrypted.getAlgParameters());
        return encrypted.getKeySpec(cipher);
    }

    private static PrivateKey key(PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
        for (String kind : KEY_KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(encoded);
            } catch (InvalidKeySpecException anotherKind) {
                continue; // the encoding says which kind it is, only not to us
            }
        }
        throw new InvalidKeySpecException("expected a key of one of the kinds " + KEY_KINDS);
    }

    /** PKCS #1 inside PKCS #8: version 0, algorithm, the key as octets. */
    private static byte[] wrapped(byte[] key) throws IOException {
        var content = new ByteArrayOutputStream();
        content.write(new byte[] {2, 1, 0});
        content.write(RSA_ALGORITHM);
        content.write(element(4, key));
        return element(0x30, content.toByteArray());
    }

    private static byte[] element(int tag, byte[] content) throws IOException {
        var element = new ByteArrayOutputStream();
        element.write(tag);
        if (content.length < 0x80) {
            element.write(content.length);
        } else {
            element.write(0x82);
            element.write(content.length >> 8);
            element.write(content.length);
        }
        element.write(content);
        return element.toByteArray();
    }

    private static Matcher blocks(Path file) throws IOException {
        try {
            return BLOCK.matcher(Files.readString(file));
        } catch (NoSuchFileException missing) {
            throw new IOException(file + " does not exist", missing);
        }
    }

    private static byte[] content(Matcher block) {
        return Base64.getMimeDecoder().decode(block.group(2));
    }
}
