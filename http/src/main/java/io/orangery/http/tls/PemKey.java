package io.orangery.http.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Private keys in the forms that OpenSSL writes. The JDK reads PKCS#8 only, so the older forms are wrapped into it. */
final class PemKey {
    private PemKey() {}

    private static final String[] ALGORITHMS = {"RSA", "EC", "EdDSA", "DSA"};

    private static final byte[] RSA_IDENTIFIER = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC_PUBLIC_KEY_OID = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int EC_PARAMETERS = 0xA0;

    static PrivateKey read(PemFile.Block block, Optional<String> password)
            throws GeneralSecurityException, IOException {
        if (block.encrypted()) {
            throw new InvalidKeySpecException("it is encrypted in the form of OpenSSL before 1.0;"
                    + " convert it with: openssl pkcs8 -topk8 -in OLD -out NEW");
        }
        return switch (block.type()) {
            case "PRIVATE KEY" -> pkcs8(block.der());
            case "ENCRYPTED PRIVATE KEY" -> decrypted(block.der(), password);
            case "RSA PRIVATE KEY" -> pkcs8(wrapped(RSA_IDENTIFIER, block.der()));
            case "EC PRIVATE KEY" -> pkcs8(wrapped(ecIdentifier(block.der()), block.der()));
            default -> throw new InvalidKeySpecException("unknown form: " + block.type());
        };
    }

    private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException another) {
                // The form does not say cheaply which algorithm it is; the next one is tried.
            }
        }
        throw new InvalidKeySpecException("neither an RSA, EC, EdDSA nor DSA key");
    }

    private static PrivateKey decrypted(byte[] der, Optional<String> password)
            throws GeneralSecurityException, IOException {
        if (password.isEmpty()) {
            throw new InvalidKeySpecException("it is encrypted and no passphrase is configured (keyfile_password)");
        }
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
        // For PBES2 the name of the parameters says which ciphers; the name of the algorithm does not.
        String algorithm =
                info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13")
                        ? info.getAlgParameters().toString()
                        : info.getAlgName();
        SecretKey key = SecretKeyFactory.getInstance(algorithm)
                .generateSecret(new PBEKeySpec(password.get().toCharArray()));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
        try {
            return pkcs8(info.getKeySpec(cipher).getEncoded());
        } catch (InvalidKeySpecException wrong) {
            throw new InvalidKeySpecException("the passphrase (keyfile_password) does not fit", wrong);
        }
    }

    /** {@code PrivateKeyInfo ::= SEQUENCE { 0, algorithm, OCTET STRING }}. */
    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, joined(VERSION_0, algorithm, element(OCTET_STRING, key)));
    }

    /** The curve stands in the key, tagged [0]; PKCS#8 wants it beside the algorithm. */
    private static byte[] ecIdentifier(byte[] der) throws InvalidKeySpecException {
        int at = header(der, 0);
        while (at < der.length) {
            int content = header(der, at);
            int end = content + length(der, at);
            if ((der[at] & 0xFF) == EC_PARAMETERS) {
                byte[] curve = Arrays.copyOfRange(der, content, end);
                return element(SEQUENCE, joined(EC_PUBLIC_KEY_OID, curve));
            }
            at = end;
        }
        throw new InvalidKeySpecException("the EC key does not name its curve");
    }

    /** Where the content of the element at this place begins. */
    private static int header(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < first - 0x80; i++) {
            length = length << 8 | der[at + 2 + i] & 0xFF;
        }
        return length;
    }

    private static byte[] element(int tag, byte[] content) {
        byte[] length;
        if (content.length < 0x80) {
            length = new byte[] {(byte) content.length};
        } else if (content.length < 0x100) {
            length = new byte[] {(byte) 0x81, (byte) content.length};
        } else {
            length = new byte[] {(byte) 0x82, (byte) (content.length >> 8), (byte) content.length};
        }
        return joined(new byte[] {(byte) tag}, length, content);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
