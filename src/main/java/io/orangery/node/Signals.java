package io.orangery.node;

import java.lang.reflect.Proxy;
import org.slf4j.LoggerFactory;

/**
 * Signals of the operating system. The JDK offers them only in {@code sun.misc}, which may not be compiled against without a warning; hence
 * reflection.
 */
final class Signals {
    private Signals() {}

    /**
     * @param name without {@code SIG}
     * @param action runs on a thread of its own, each time
     */
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException notHere) {
            LoggerFactory.getLogger(Signals.class).warn("SIG{} keeps its default effect: {}", name, notHere.toString());
        }
    }
}
