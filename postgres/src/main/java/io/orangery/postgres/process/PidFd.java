package io.orangery.postgres.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.Optional;

/**
 * A file descriptor that stands for one process: it cannot come to mean another one when the process id is used again, and it becomes
 * readable at the very moment the process exits. Java's own {@code ProcessHandle.onExit} polls for processes that are not children.
 *
 * <p>{@link #open} and the methods may be called from any thread; {@link #awaitExit} pins its thread and belongs on a thread of its own.
 */
@SuppressWarnings("restricted") // the C library is what it is for
final class PidFd implements AutoCloseable {
    /** The same number on every architecture (they were unified at 424). */
    private static final long SYS_PIDFD_SEND_SIGNAL = 424;

    private static final long SYS_PIDFD_OPEN = 434;
    private static final short POLLIN = 1;
    private static final int WNOHANG = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle PIDFD_OPEN =
            syscall(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle PIDFD_SEND_SIGNAL =
            syscall(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle POLL =
            function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle KILL = function("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle WAITPID =
            function("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MemoryLayout POLLFD = MemoryLayout.structLayout(
            JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents"));

    private final long pid;
    private final int fd;
    private boolean open = true;

    private PidFd(long pid, int fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /** Empty when there is no such process, or the kernel (before 5.3) or a filter of system calls does not offer it. */
    static Optional<PidFd> open(long pid) {
        try {
            long fd = (long) PIDFD_OPEN.invokeExact(SYS_PIDFD_OPEN, (int) pid, 0);
            return fd < 0 ? Optional.empty() : Optional.of(new PidFd(pid, (int) fd));
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /**
     * Waits for the exit. A process that exited and was not reaped by its parent counts as gone.
     *
     * @return false when it still lives after {@code limit}
     */
    boolean awaitExit(Duration limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(POLLFD);
            poll.set(JAVA_INT, 0, fd);
            poll.set(JAVA_SHORT, 4, POLLIN);
            // A signal to the JVM (EINTR) ends it early with -1: the caller asks again.
            return (int) POLL.invokeExact(poll, 1L, Math.toIntExact(limit.toMillis())) > 0;
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    boolean exited() {
        return awaitExit(Duration.ZERO);
    }

    /** @return false when the process is gone or must not be signalled */
    synchronized boolean signal(Signal signal) {
        if (!open) {
            return false;
        }
        try {
            return (long) PIDFD_SEND_SIGNAL.invokeExact(
                            SYS_PIDFD_SEND_SIGNAL, fd, signal.number(), MemorySegment.NULL, 0)
                    == 0;
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** Takes the exit status when the process became a child of this JVM (process 1 of a container), or it would stay as a zombie. */
    void reap() {
        try {
            int ignored = (int) WAITPID.invokeExact((int) pid, MemorySegment.NULL, WNOHANG);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    @Override
    public synchronized void close() {
        if (!open) {
            return;
        }
        open = false;
        try {
            int ignored = (int) CLOSE.invokeExact(fd);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** Signals by process id, for processes without descriptor. */
    static boolean kill(long pid, Signal signal) {
        try {
            return (int) KILL.invokeExact((int) pid, signal.number()) == 0;
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    private static MethodHandle syscall(FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("syscall"), descriptor, Linker.Option.firstVariadicArg(1));
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }

    private static IllegalStateException unexpected(Throwable failed) {
        return new IllegalStateException("a call of the C library failed to be made", failed);
    }
}
