package io.orangery.http;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A range of addresses. IPv4 addresses that arrive as {@code ::ffff:a.b.c.d} are IPv4 addresses (rest-api 19, F4).
 *
 * @param address any address of the range
 * @param prefix leading bits that count
 */
record Network(InetAddress address, int prefix) {

    static Network single(InetAddress address) {
        InetAddress plain = plain(address);
        return new Network(plain, plain.getAddress().length * 8);
    }

    /** Reads {@code 10.0.0.5/24}, host bits allowed; empty when it is none. */
    static Optional<Network> parse(String text) {
        int slash = text.indexOf('/');
        String host = text.substring(0, Math.max(0, slash)).strip();
        if (!host.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return Optional.empty();
        }
        try {
            InetAddress address = plain(InetAddress.getByName(host));
            int prefix = Integer.parseInt(text.substring(slash + 1).strip());
            return prefix >= 0 && prefix <= address.getAddress().length * 8
                    ? Optional.of(new Network(address, prefix))
                    : Optional.empty();
        } catch (UnknownHostException | NumberFormatException notANetwork) {
            return Optional.empty();
        }
    }

    boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = plain(other).getAddress();
        int ignored = mine.length * 8 - prefix;
        return mine.length == theirs.length
                && new BigInteger(1, mine).shiftRight(ignored).equals(new BigInteger(1, theirs).shiftRight(ignored));
    }

    private static InetAddress plain(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of an impossible length: " + address, impossible);
        }
    }
}
