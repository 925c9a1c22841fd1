package io.orangery.protocol.mesh;

/**
 * A message with what proves where it comes from and that it is not an old one.
 *
 * @param version of this form; 1
 * @param from {@link MeshParty#text()} of the sender
 * @param to {@link MeshParty#text()} of the receiver: a copy that is sent to somebody else is refused
 * @param nonce never used twice
 * @param inReplyTo nonce of the question; empty in a question
 * @param sentAtMillis wall clock of the sender, milliseconds since 1970
 * @param payload {@link MeshJson}, exactly as it was signed
 * @param mac {@link SharedSecret#mac}; empty where TLS alone answers for the sender
 */
public record SealedMessage(
        int version,
        String from,
        String to,
        String nonce,
        String inReplyTo,
        long sentAtMillis,
        String payload,
        String mac) {
    public static final int VERSION = 1;

    public SealedMessage withMac(String computed) {
        return new SealedMessage(version, from, to, nonce, inReplyTo, sentAtMillis, payload, computed);
    }
}
