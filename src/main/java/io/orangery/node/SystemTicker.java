package io.orangery.node;

import io.orangery.core.time.Ticker;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.LoggerFactory;

/**
 * The clock of the host: {@code CLOCK_BOOTTIME}, which goes on while the host is suspended. A lease does, too; {@link System#nanoTime} does
 * not, and a leader that slept through the end of its lease would not know.
 */
public final class SystemTicker implements Ticker {
    private static final int CLOCK_BOOTTIME = 7;

    private final MethodHandle clockGettime;

    public SystemTicker() {
        this.clockGettime = find();
    }

    @SuppressWarnings("restricted")
    private static MethodHandle find() {
        try {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    linker.defaultLookup().find("clock_gettime").orElseThrow(),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        } catch (RuntimeException notLinux) {
            LoggerFactory.getLogger(SystemTicker.class)
                    .warn("CLOCK_BOOTTIME is not to be had here: time stands still while the host is suspended");
            return null;
        }
    }

    @Override
    public Duration now() {
        if (clockGettime == null) {
            return Duration.ofNanos(System.nanoTime());
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(16, 8);
            int failed = (int) clockGettime.invokeExact(CLOCK_BOOTTIME, time);
            if (failed != 0) {
                throw new IllegalStateException("clock_gettime(CLOCK_BOOTTIME) failed");
            }
            return Duration.ofSeconds(time.get(ValueLayout.JAVA_LONG, 0), time.get(ValueLayout.JAVA_LONG, 8));
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** {@code CLOCK_MONOTONIC} in microseconds, which is what systemd compares with. */
    static long monotonicMicros() {
        return System.nanoTime() / 1000;
    }

    @Override
    public Instant wallClock() {
        return Instant.now();
    }
}
