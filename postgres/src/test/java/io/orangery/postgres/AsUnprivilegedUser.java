package io.orangery.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * PostgreSQL refuses to run as root, and so does the agent. Where the build runs as root, each test of a class that is marked with this runs
 * in a JVM of its own as the user {@code postgres}; everybody else runs it as it is.
 */
public final class AsUnprivilegedUser implements InvocationInterceptor {
    private static final String USER = "postgres";
    private static Path readableClasses;

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> context, ExtensionContext extension)
            throws Throwable {
        if (unprivileged()) {
            invocation.proceed();
        } else {
            invocation.skip();
            runInAnotherJvm(context.getTargetClass(), context.getExecutable());
        }
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> context, ExtensionContext extension)
            throws Throwable {
        proceedWhereTheTestRuns(invocation);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> context, ExtensionContext extension)
            throws Throwable {
        proceedWhereTheTestRuns(invocation);
    }

    private static void proceedWhereTheTestRuns(Invocation<Void> invocation) throws Throwable {
        if (unprivileged()) {
            invocation.proceed();
        } else {
            invocation.skip();
        }
    }

    private static boolean unprivileged() {
        return !System.getProperty("user.name").equals("root");
    }

    private static void runInAnotherJvm(Class<?> type, Method test) throws IOException, InterruptedException {
        Path output = Files.createTempFile("orangery-test", ".out");
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--reuid=" + USER,
                        "--regid=" + USER,
                        "--init-groups",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                        "-cp",
                        readableClassPath(),
                        OneTest.class.getName(),
                        type.getName(),
                        test.getName())
                .directory(new File("/"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exitCode = process.waitFor();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        assertThat(exitCode).as("as user %s: %s", USER, said).isZero();
    }

    /** Classes and libraries may lie where only root can read. */
    private static synchronized String readableClassPath() throws IOException {
        var entries = new ArrayList<String>();
        boolean copy = readableClasses == null;
        if (copy) {
            readableClasses = Files.createTempDirectory("orangery-classes");
            Files.setPosixFilePermissions(readableClasses, PosixFilePermissions.fromString("rwxr-xr-x"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(readableClasses)));
        }
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            if (!Files.exists(source)) {
                continue;
            }
            Path target = readableClasses.resolve(number++ + "-" + source.getFileName());
            if (copy) {
                copyReadable(source, target);
            }
            entries.add(target.toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copyReadable(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                boolean directory = Files.isDirectory(file);
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                Files.setPosixFilePermissions(
                        copy, PosixFilePermissions.fromString(directory ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException leftBehind) {
            System.err.println("not removed: " + leftBehind);
        }
    }
}
