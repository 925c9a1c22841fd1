package io.orangery;

import io.orangery.ctl.OrangeryCtl;
import io.orangery.formation.Demo;
import io.orangery.formation.bench.Bench;
import io.orangery.node.NodeProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The entry point of the runnable jar. Knows its own version; everything else is a command. */
public final class Main {
    private static final String USAGE = """
            usage: orangery node [FILE]      run the agent of one PostgreSQL server (configuration: FILE, or PATRONI_* variables)
                   orangery ctl COMMAND ...  look at a cluster and change it: list, switchover, failover, restart, edit-config ...
                   orangery demo [OPTIONS]   start a formation on this machine and watch it: --help
                   orangery bench [OPTIONS]  measure what planned changes cost, beside doing them by hand: --help
                   orangery --version""";

    private Main() {}

    public static void main(String[] arguments) {
        // Threads of libraries must not keep a process that is done.
        System.exit(run(arguments, System.getenv()));
    }

    private static int run(String[] arguments, Map<String, String> environment) {
        if (arguments.length == 0) {
            System.err.println(USAGE);
            return 2;
        }
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        return switch (arguments[0]) {
            case "node" -> node(rest, environment);
            case "ctl" -> OrangeryCtl.run(rest, environment, System.out, System.err, System.in);
            case "demo" -> Demo.run(rest);
            case "bench" -> Bench.run(rest);
            case "--version", "version" -> {
                System.out.println("orangery " + version());
                yield 0;
            }
            case "--help", "-h", "help" -> {
                System.out.println(USAGE);
                yield 0;
            }
            default -> {
                System.err.println("orangery: unknown command '" + arguments[0] + "'\n" + USAGE);
                yield 2;
            }
        };
    }

    private static int node(String[] arguments, Map<String, String> environment) {
        if (arguments.length > 1) {
            System.err.println(
                    "orangery node takes one file or folder, got " + String.join(" ", arguments) + "\n" + USAGE);
            return 2;
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        return NodeProcess.run(Arrays.stream(arguments).findFirst().map(Path::of), environment);
    }

    /** The version of the build, as the Maven project has it. */
    public static String version() {
        try (InputStream file = Main.class.getResourceAsStream("build.properties")) {
            if (file == null) {
                throw new IllegalStateException("io/orangery/build.properties is missing from the jar");
            }
            Properties build = new Properties();
            build.load(file);
            return build.getProperty("version");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
