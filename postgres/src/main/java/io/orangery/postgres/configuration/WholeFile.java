package io.orangery.postgres.configuration;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Replaces files by a rename, flushed before and after, so that a crash leaves the old content or the new. */
final class WholeFile {
    static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> GROUP_READS = PosixFilePermissions.fromString("rw-r-----");

    private WholeFile() {}

    /**
     * Writes unless the file has this content already.
     *
     * @param permissions empty: by the umask
     * @return true when something was written
     */
    static boolean replace(Path file, String content, Optional<Set<PosixFilePermission>> permissions)
            throws IOException {
        return replaceBytes(file, content.getBytes(StandardCharsets.UTF_8), permissions);
    }

    static boolean replaceBytes(Path file, byte[] bytes, Optional<Set<PosixFilePermission>> permissions)
            throws IOException {
        var target = Files.isSymbolicLink(file) && Files.exists(file) ? file.toRealPath() : file;
        if (Files.isRegularFile(target)
                && Arrays.equals(Files.readAllBytes(target), bytes)
                && permissionsMatch(target, permissions)) {
            return false;
        }
        var temporary = target.resolveSibling(target.getFileName() + ".orangery-new");
        Files.deleteIfExists(temporary);
        if (permissions.isPresent()) {
            // Created closed: a password must not be readable for the moment between writing and chmod.
            Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PRIVATE));
        }
        Files.write(temporary, bytes);
        if (permissions.isPresent()) {
            Files.setPosixFilePermissions(temporary, permissions.get());
        }
        flush(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        flushDirectoryOf(target);
        return true;
    }

    private static boolean permissionsMatch(Path file, Optional<Set<PosixFilePermission>> permissions)
            throws IOException {
        return permissions.isEmpty() || permissions.get().equals(Files.getPosixFilePermissions(file));
    }

    /** Removes and remembers the removal on disk; nothing when the file is missing. */
    static boolean remove(Path file) throws IOException {
        boolean removed = Files.deleteIfExists(file);
        if (removed) {
            flushDirectoryOf(file);
        }
        return removed;
    }

    /** Empty when there is no such file. */
    static Optional<String> read(Path file) throws IOException {
        try {
            // Not UTF-8: the server reads bytes, and a comment in another encoding must not stop us.
            return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        }
    }

    /** What PostgreSQL uses for files in this data directory: the group reads when it may enter the directory. */
    static Optional<Set<PosixFilePermission>> permissions(Path file, Path dataDir) throws IOException {
        if (!file.toAbsolutePath()
                        .normalize()
                        .startsWith(dataDir.toAbsolutePath().normalize())
                || !Files.isDirectory(dataDir)) {
            return Optional.empty();
        }
        boolean group = Files.getPosixFilePermissions(dataDir).contains(PosixFilePermission.GROUP_READ);
        return Optional.of(group ? GROUP_READS : PRIVATE);
    }

    static void flush(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static void flushDirectoryOf(Path file) throws IOException {
        flush(file.toAbsolutePath().getParent());
    }
}
