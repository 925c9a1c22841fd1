package io.orangery.node;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd about this process (ha-behaviour 33.3); does nothing without {@code NOTIFY_SOCKET}. The JDK has no datagram UNIX sockets,
 * hence the foreign function API.
 */
final class Systemd {
    private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    /** sockaddr_un: two bytes of family, 108 of path. */
    private static final int PATH_BYTES = 108;

    private final Optional<String> socket;

    Systemd(Optional<String> socket) {
        this.socket = socket.filter(path -> !path.isBlank());
    }

    void ready() {
        send("READY=1");
    }

    void stopping() {
        send("STOPPING=1");
    }

    /** @param monotonicMicros {@code CLOCK_MONOTONIC}, without which systemd waits for ever (trap T45) */
    void reloading(long monotonicMicros) {
        send("RELOADING=1\nMONOTONIC_USEC=" + monotonicMicros);
    }

    private void send(String message) {
        if (socket.isEmpty()) {
            return;
        }
        try {
            sendTo(socket.get(), message);
        } catch (Throwable failure) {
            LOG.warn("systemd could not be told {}: {}", message, failure.toString());
        }
    }

    @SuppressWarnings("restricted")
    private static void sendTo(String path, String message) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var lookup = linker.defaultLookup();
        var open = linker.downcallHandle(
                lookup.find("socket").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        var sendto = linker.downcallHandle(
                lookup.find("sendto").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT));
        var close = linker.downcallHandle(
                lookup.find("close").orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= PATH_BYTES) {
            throw new IllegalArgumentException("NOTIFY_SOCKET is too long: " + path);
        }
        if (path.startsWith("@")) {
            name[0] = 0;
        }
        int descriptor = (int) open.invokeExact(AF_UNIX, SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + PATH_BYTES, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
            byte[] text = message.getBytes(StandardCharsets.UTF_8);
            MemorySegment data = arena.allocate(text.length);
            MemorySegment.copy(text, 0, data, ValueLayout.JAVA_BYTE, 0, text.length);
            long sent = (long) sendto.invokeExact(descriptor, data, (long) text.length, 0, address, 2 + name.length);
            if (sent != text.length) {
                throw new IllegalStateException("sendto answered " + sent);
            }
        } finally {
            int ignored = (int) close.invokeExact(descriptor);
        }
    }
}
