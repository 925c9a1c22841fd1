package io.orangery.formation;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The folder that holds everything a formation writes; one formation at a time has it. */
public final class WorkFolder implements AutoCloseable {

    private static final String MARKER = ".orangery-formation";

    /** What a formation and its agents start, by the names of the programs. */
    private static final Set<String> PROGRAMS = Set.of(
            "java",
            "postgres",
            "etcd",
            "initdb",
            "pg_basebackup",
            "pg_rewind",
            "pg_ctl",
            "pg_controldata",
            "pg_isready");

    /** What runs a Patroni, with the version in its name. */
    private static final String PYTHON = "python3";

    private final FileChannel marker;

    private WorkFolder(FileChannel marker) {
        this.marker = marker;
    }

    /**
     * Takes a folder: creates it, or empties the one of an earlier formation, whose left-over servers are killed.
     *
     * @throws IOException when it holds something else, or a running formation has it
     */
    public static WorkFolder take(Path folder) throws IOException {
        Path file = folder.resolve(MARKER);
        if (Files.isDirectory(folder) && !Files.exists(file) && !entries(folder).isEmpty()) {
            throw new IOException(
                    folder + " is not empty and is no earlier formation: name another folder, or empty it");
        }
        Files.createDirectories(folder);
        FileChannel marker = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (marker.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
            stopLeftovers(folder);
            for (Path entry : entries(folder)) {
                if (!entry.endsWith(MARKER)) {
                    delete(entry);
                }
            }
            return new WorkFolder(marker);
        } catch (OverlappingFileLockException taken) {
            marker.close();
            throw new IOException(
                    "a formation is running in " + folder + ": stop it first, or name another folder", taken);
        } catch (IOException failed) {
            marker.close();
            throw failed;
        }
    }

    /**
     * The folder of a command: the one that was named, else one below the project's {@code target}, or below the folder for temporary
     * files. The servers' user can reach it.
     *
     * @param named null when the command was not given any
     * @throws IOException when the user cannot enter the named one
     */
    public static Path choose(Path named, String command, UnprivilegedUser user) throws IOException {
        return named == null
                ? usual(command, user)
                : reachable(named.toAbsolutePath().normalize(), command, user);
    }

    private static Path reachable(Path named, String command, UnprivilegedUser user) throws IOException {
        Path existing = named;
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (!user.canEnter(existing)) {
            throw new IOException("--work " + named + ": user " + user.name() + ", who runs the servers, cannot enter "
                    + existing + "; name a folder such as /tmp/orangery-" + command);
        }
        return named;
    }

    private static Path usual(String command, UnprivilegedUser user) throws IOException {
        AgentJvm here = AgentJvm.likeThisOne();
        Path target = here.jar() == null
                ? Path.of("target").toAbsolutePath()
                : here.jar().getParent();
        boolean isUsable = target.endsWith("target") && Files.isWritable(target) && user.canEnter(target);
        return isUsable
                ? target.resolve(command)
                : Path.of(System.getProperty("java.io.tmpdir"), "orangery-" + command);
    }

    /** Lets another formation have the folder. The files stay. */
    @Override
    public void close() {
        try {
            marker.close();
        } catch (IOException nothingIsWritten) {
            throw new IllegalStateException("the work folder's marker cannot be closed", nothingIsWritten);
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    /**
     * Kills the processes that a formation left in its folder, such as a base backup whose agent was killed, or everything when
     * the JVM was killed: each works in a folder of its own there.
     */
    public static void stopLeftovers(Path folder) throws IOException {
        Path real = folder.toRealPath();
        ProcessHandle.allProcesses()
                .filter(process -> isServerIn(real, process))
                .forEach(process -> ServerProcess.signal(process.pid(), ServerProcess.Signal.KILL));
    }

    private static boolean isServerIn(Path folder, ProcessHandle process) {
        try {
            Path where = Path.of("/proc/" + process.pid() + "/cwd").toRealPath();
            Path program = Path.of("/proc/" + process.pid() + "/exe").toRealPath();
            String name = program.getFileName().toString();
            return where.startsWith(folder)
                    && !where.equals(folder)
                    && (PROGRAMS.contains(name) || name.startsWith(PYTHON));
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }

    /** Copies a file, or a folder with everything in it. */
    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** Deletes a folder or file with everything in it; links are deleted, not followed. Does nothing when it is not there. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // a server that is just ending tidies up as well
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
