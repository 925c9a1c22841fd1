package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    private static final int FIRST = 21_000;

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void eachPortIsHandedOutOnce() throws Exception {
        int one = FreePorts.from(FIRST, 1_000);
        int two = FreePorts.from(FIRST, 1_000);

        assertThat(two).isGreaterThan(one);
        assertThat(FreePorts.from(one + 1_000)).isGreaterThan(one + 1_000);
    }

    @Test
    void portsThatAreListenedOnOrClaimedByAnotherFormationAreLeftOut() throws Exception {
        int next = FreePorts.from(FIRST) + 1;
        try (ServerSocket server = new ServerSocket();
                DatagramSocket claim = new DatagramSocket(loopback(next + 1))) {
            server.bind(loopback(next));
            assertThat(claim.isBound()).isTrue();

            assertThat(FreePorts.from(next)).isGreaterThan(next + 1);
        }
    }

    @Test
    void portsWhoseCompanionIsTakenAreNotKept() throws Exception {
        int port = FreePorts.from(FIRST) + 1;
        try (DatagramSocket companion = new DatagramSocket(loopback(port + 2_000))) {
            assertThat(companion.isBound()).isTrue();
            assertThat(FreePorts.from(port, 2_000)).isGreaterThan(port);
        }
        assertThat(FreePorts.from(port)).isEqualTo(port);
    }
}
