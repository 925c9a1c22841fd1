package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a JVM of this program is started: which {@code java}, which flags, which classes. Immutable.
 *
 * @param java the java program, absolute
 * @param flags flags of the JVM
 * @param classPath the runnable jar, or the class path of a test run
 */
public record AgentJvm(Path java, List<String> flags, String classPath) {

    /** What the start script gives to a node as well; the memory limits were chosen by measuring. */
    public static final List<String> SHIPPED_FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-Xms16m",
            "-Xmx96m",
            "-Xmn6m",
            "-XX:MinHeapFreeRatio=15",
            "-XX:MaxHeapFreeRatio=30",
            "-XX:TrimNativeHeapInterval=60000",
            "-Xss512k",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=48m",
            "-XX:-UsePerfData", // its file would be outside the work folder, in /tmp
            "--sun-misc-unsafe-memory-access=allow", // Akka 2.8.5 starts quietly
            "--enable-native-access=ALL-UNNAMED");

    private static final String MAIN = "io.orangery.Main";

    public AgentJvm {
        flags = List.copyOf(flags);
    }

    /** The JVM and the classes that run this very code, with the shipped flags. */
    public static AgentJvm likeThisOne() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new AgentJvm(java, SHIPPED_FLAGS, System.getProperty("java.class.path"));
    }

    /** The runnable jar; null when the classes come from several places. */
    public Path jar() {
        Path path = Path.of(classPath.split(":")[0]);
        return classPath.indexOf(':') < 0 && Files.isRegularFile(path) ? path.toAbsolutePath() : null;
    }

    /** The command of a node: {@code java <flags> -jar orangery.jar node FILE}. */
    public List<String> node(Path file) {
        return jar() == null
                ? command(List.of("-cp", classPath, MAIN, "node", file.toString()))
                : command(List.of("-jar", jar().toString(), "node", file.toString()));
    }

    /** The command that runs another main class of this program. */
    List<String> run(Class<?> main, List<String> arguments) {
        List<String> rest = new ArrayList<>(List.of("-cp", classPath, main.getName()));
        rest.addAll(arguments);
        return command(rest);
    }

    /**
     * The same for a user who may not be allowed to read all of it: what he cannot read of the program is copied. Under root a
     * project, or Maven's repository, often lies where nobody else comes.
     *
     * @param folder where the copies go; the user can enter it
     * @throws IOException when he cannot read the JDK, which is not copied
     */
    AgentJvm readableBy(UnprivilegedUser user, Path folder) throws IOException {
        if (!user.isAnother()) {
            return this;
        }
        if (!user.canRead(java)) {
            throw new IOException("user " + user.name() + ", who runs the servers, cannot read " + java
                    + ": install a JDK where everybody can, such as /usr/lib/jvm");
        }
        List<String> readable = new ArrayList<>();
        for (String entry : classPath.split(":")) {
            Path path = Path.of(entry).toAbsolutePath();
            if (!Files.exists(path) || user.canRead(path)) {
                readable.add(path.toString());
            } else {
                Path copy = folder.resolve("program").resolve(readable.size() + "-" + path.getFileName());
                WorkFolder.copy(path, copy);
                readable.add(copy.toString());
            }
        }
        if (Files.exists(folder.resolve("program"))) {
            user.own(folder.resolve("program"));
        }
        return new AgentJvm(java, flags, String.join(":", readable));
    }

    private List<String> command(List<String> rest) {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(flags);
        command.addAll(rest);
        return command;
    }
}
