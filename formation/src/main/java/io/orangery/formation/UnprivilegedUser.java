package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * As whom servers are started. PostgreSQL refuses to run as root and so does an agent: root starts them as {@code postgres}, or
 * as {@code nobody} where there is no such user; everybody else starts them as himself.
 *
 * @param name the user's name, or null when servers run as the user who started this JVM
 * @param group the number of his group, or null likewise
 */
public record UnprivilegedUser(String name, String group) {

    private static final List<String> CANDIDATES = List.of("postgres", "nobody");
    private static final int ROOT = 0;

    /**
     * The user for servers started by this JVM.
     *
     * @throws IOException when this is root and none of the known unprivileged users exists, or {@code setpriv} is missing
     */
    public static UnprivilegedUser current() throws IOException {
        if ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") != ROOT) {
            return new UnprivilegedUser(null, null);
        }
        if (!Command.exists("setpriv")) {
            throw new IOException("servers must not run as root and setpriv (package util-linux) is missing:"
                    + " install it, or start this as an ordinary user");
        }
        for (String candidate : CANDIDATES) {
            if (Command.run(List.of("id", "-u", candidate)).succeeded()) {
                String group = Command.output(List.of("id", "-g", candidate)).strip();
                return new UnprivilegedUser(candidate, group);
            }
        }
        throw new IOException("servers must not run as root and there is no user " + String.join(" or ", CANDIDATES)
                + ": start this as an ordinary user");
    }

    /** Whether servers run as another user than this JVM. */
    public boolean isAnother() {
        return name != null;
    }

    /** The command, changed so that it runs as this user; the process id stays that of the command itself. */
    public List<String> command(List<String> command) {
        if (!isAnother()) {
            return command;
        }
        List<String> whole =
                new ArrayList<>(List.of("setpriv", "--reuid", name, "--regid", group, "--init-groups", "--"));
        whole.addAll(command);
        return whole;
    }

    /** Gives a folder or file, with everything in it, to this user. */
    public void own(Path path) throws IOException {
        if (!isAnother()) {
            return;
        }
        UserPrincipal owner = principal(path);
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (!Files.isSymbolicLink(file)) {
                    Files.setOwner(file, owner);
                }
            }
        }
    }

    /** Whether this user can read a file, or list a folder, on this path. */
    public boolean canRead(Path path) throws IOException {
        return Command.run(command(List.of("test", "-r", path.toString()))).succeeded();
    }

    /** Whether this user can pass through a folder. */
    public boolean canEnter(Path folder) throws IOException {
        return Command.run(command(List.of("test", "-x", folder.toString()))).succeeded();
    }

    private UserPrincipal principal(Path path) throws IOException {
        try {
            return path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name);
        } catch (UserPrincipalNotFoundException unknown) {
            throw new IOException("user " + name + " does not exist", unknown);
        }
    }
}
