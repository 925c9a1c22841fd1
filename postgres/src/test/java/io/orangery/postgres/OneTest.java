package io.orangery.postgres;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Runs one test method of one class, for {@link AsUnprivilegedUser}. Exit code 0: it passed, or its assumptions do not hold here. */
final class OneTest {
    private OneTest() {}

    public static void main(String[] arguments) throws Exception {
        Class<?> type = Class.forName(arguments[0]);
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object test = constructor.newInstance();
        int exitCode = 0;
        try {
            invoke(test, marked(type, BeforeEach.class));
            invoke(test, List.of(type.getDeclaredMethod(arguments[1])));
        } catch (InvocationTargetException failed) {
            exitCode = report(failed);
        }
        try {
            invoke(test, marked(type, AfterEach.class));
        } catch (InvocationTargetException failed) {
            exitCode = Math.max(exitCode, report(failed));
        }
        System.exit(exitCode);
    }

    private static int report(InvocationTargetException failed) {
        failed.getCause().printStackTrace(System.out);
        // By name: the library that has it is not one that the build declares.
        return failed.getCause().getClass().getSimpleName().equals("TestAbortedException") ? 0 : 1;
    }

    /** Those of the superclasses first. */
    private static List<Method> marked(Class<?> type, Class<? extends Annotation> mark) {
        Stream<Method> own = Stream.of(type.getDeclaredMethods()).filter(method -> method.isAnnotationPresent(mark));
        return type == Object.class
                ? List.of()
                : Stream.concat(marked(type.getSuperclass(), mark).stream(), own)
                        .toList();
    }

    private static void invoke(Object test, List<Method> methods) throws Exception {
        for (Method method : methods) {
            method.setAccessible(true);
            method.invoke(test);
        }
    }
}
