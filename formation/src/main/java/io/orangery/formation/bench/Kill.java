package io.orangery.formation.bench;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Signals by kill(2): starting the program kill(1) would add milliseconds to what is measured. Numbers are Linux'. */
final class Kill {

    /** To a postmaster: stop at once, cleanly, without waiting for clients. */
    static final int FAST_STOP = 2; // SIGINT

    /** To a postmaster: look for the file {@code promote}. */
    static final int LOOK_FOR_PROMOTE = 10; // SIGUSR1

    private static final MethodHandle FUNCTION = function();

    private Kill() {}

    @SuppressWarnings("restricted") // the C library is what it is for
    private static MethodHandle function() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("kill"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    /** @throws IllegalStateException when there is no such process, or it belongs to somebody else */
    static void send(long pid, int signal) {
        try {
            int failed = (int) FUNCTION.invokeExact(Math.toIntExact(pid), signal);
            if (failed != 0) {
                throw new IllegalStateException("process " + pid + " cannot be sent signal " + signal);
            }
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
