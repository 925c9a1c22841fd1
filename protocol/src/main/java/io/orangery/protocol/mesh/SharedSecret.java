package io.orangery.protocol.mesh;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs messages with {@code mesh.secret}: HMAC-SHA256. Thread-safe. */
public final class SharedSecret {
    private static final String ALGORITHM = "HmacSHA256";

    private final String formation;
    private final SecretKeySpec key;

    /**
     * @param formation namespace and scope: two formations with one secret do not take each other's messages
     * @param secret not empty
     */
    public SharedSecret(String formation, String secret) {
        this.formation = formation;
        this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /** Of everything in the message but {@link SealedMessage#mac()}, in hexadecimal digits. */
    public String mac(SealedMessage message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(canonical(message)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
        }
    }

    /** True: signed with this secret, for this formation. Takes the same time whatever is wrong. */
    public boolean signed(SealedMessage message) {
        return MessageDigest.isEqual(
                mac(message).getBytes(StandardCharsets.US_ASCII), message.mac().getBytes(StandardCharsets.UTF_8));
    }

    /** Each text after its length, so that no two messages have the same bytes. */
    private byte[] canonical(SealedMessage message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        append(bytes, "orangery-mesh");
        append(bytes, formation);
        append(bytes, Integer.toString(message.version()));
        append(bytes, message.from());
        append(bytes, message.to());
        append(bytes, message.nonce());
        append(bytes, message.inReplyTo());
        append(bytes, Long.toString(message.sentAtMillis()));
        append(bytes, message.payload());
        return bytes.toByteArray();
    }

    private static void append(ByteArrayOutputStream bytes, String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(
                ByteBuffer.allocate(Integer.BYTES).putInt(encoded.length).array());
        bytes.writeBytes(encoded);
    }
}
