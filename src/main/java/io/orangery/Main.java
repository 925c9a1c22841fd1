package io.orangery;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The entry point of the runnable jar. Knows its own version; everything else is a command. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        if (arguments.length == 1 && arguments[0].equals("--version")) {
            System.out.println("orangery " + version());
            return;
        }
        System.err.println("usage: orangery --version");
        System.exit(2);
    }

    /** The version of the build, as the Maven project has it. */
    static String version() {
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
