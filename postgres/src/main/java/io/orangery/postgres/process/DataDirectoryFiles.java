package io.orangery.postgres.process;

import io.orangery.core.postgres.ControlData;
import io.orangery.core.postgres.DataDirectory;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The data directory as files, with the WAL directory and the tablespaces that links in it lead to. Blocking. */
public final class DataDirectoryFiles {
    private final Path dataDir;

    public DataDirectoryFiles(Path dataDir) {
        this.dataDir = dataDir.normalize();
    }

    /** Looks at the files only; the control data is what the caller read. */
    public DataDirectory look(Optional<ControlData> control) {
        try {
            if (countsAsEmpty()) {
                return new DataDirectory.Empty();
            }
            return new DataDirectory.Present(
                    majorVersion().orElse(0),
                    control,
                    hasRecoveryFile(),
                    Files.exists(dataDir.resolve("backup_label")));
        } catch (IOException failed) {
            return new DataDirectory.Inaccessible(dataDir + ": " + failed);
        }
    }

    /** configuration.md 7.1: nothing but hidden files and lost+found, and no control file. */
    private boolean countsAsEmpty() throws IOException {
        if (!Files.exists(dataDir)) {
            // Not the same as missing: the parent may be what cannot be read.
            return Files.notExists(dataDir) || inaccessible();
        }
        try (Stream<Path> entries = Files.list(dataDir)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .allMatch(name -> name.startsWith(".") || name.equals("lost+found"));
        } catch (java.io.UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    private boolean inaccessible() throws IOException {
        throw new IOException("cannot be seen");
    }

    private boolean hasRecoveryFile() {
        return Stream.of("standby.signal", "recovery.signal").anyMatch(name -> Files.exists(dataDir.resolve(name)));
    }

    /** From PG_VERSION; empty when it is missing or unreadable. */
    public Optional<Integer> majorVersion() {
        try {
            return Optional.of(Integer.parseInt(
                    Files.readString(dataDir.resolve("PG_VERSION")).strip()));
        } catch (IOException | NumberFormatException missing) {
            return Optional.empty();
        }
    }

    /** A trigger left by an earlier promotion would promote a new standby at once. */
    public void removePromoteTrigger() throws IOException {
        Files.deleteIfExists(dataDir.resolve("promote"));
    }

    /** Removes the directory and what WAL and tablespace links in it lead to; the targets of links themselves stay as empty directories. */
    public void remove() throws IOException {
        for (Path target : linkedDirectories()) {
            removeContent(target);
        }
        removeContent(dataDir);
        try {
            Files.deleteIfExists(dataDir);
        } catch (IOException mountPoint) {
            // A mount point or a directory in one of root: empty is all that is needed.
            if (!isEmpty(dataDir)) {
                throw mountPoint;
            }
        }
    }

    /** Renames directory and link targets to {@code <name>.failed}, replacing older ones; the links are made to fit. */
    public void renameToFailed() throws IOException {
        if (Files.notExists(dataDir)) {
            return;
        }
        for (Path link : links()) {
            Path target = dataDirRelative(Files.readSymbolicLink(link), link);
            if (Files.isDirectory(target)) {
                Path moved = failed(target);
                replace(target, moved);
                Files.delete(link);
                Files.createSymbolicLink(link, moved);
            }
        }
        replace(dataDir, failed(dataDir));
    }

    private static Path failed(Path directory) {
        return directory.resolveSibling(directory.getFileName() + ".failed");
    }

    private static void replace(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            new DataDirectoryFiles(to).remove();
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private List<Path> linkedDirectories() throws IOException {
        var targets = new ArrayList<Path>();
        for (Path link : links()) {
            Path target = dataDirRelative(Files.readSymbolicLink(link), link);
            if (Files.isDirectory(target)) {
                targets.add(target);
            }
        }
        return targets;
    }

    private static Path dataDirRelative(Path target, Path link) {
        return link.resolveSibling(target).normalize();
    }

    private List<Path> links() throws IOException {
        var links = new ArrayList<Path>();
        for (String name : List.of("pg_wal", "pg_xlog")) {
            if (Files.isSymbolicLink(dataDir.resolve(name))) {
                links.add(dataDir.resolve(name));
            }
        }
        try (DirectoryStream<Path> tablespaces = Files.newDirectoryStream(dataDir.resolve("pg_tblspc"))) {
            tablespaces.forEach(entry -> {
                if (Files.isSymbolicLink(entry)) {
                    links.add(entry);
                }
            });
        } catch (NoSuchFileException none) {
            return links;
        }
        return links;
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void removeContent(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        Path root = directory.toRealPath();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (!visited.equals(root)) {
                    Files.delete(visited);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
