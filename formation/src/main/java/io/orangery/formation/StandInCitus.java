package io.orangery.formation;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Orangery's own stand-in for the Citus extension, for machines where Citus is not installed: an extension of the same name,
 * written in SQL only, in a private copy of the PostgreSQL installation. The system's installation is never touched.
 *
 * <p>PostgreSQL finds its libraries and its share folder relative to the real path of its programs, so the copy has the
 * original's whole path below its root: programs as real copies, everything else as links.
 *
 * <p>{@code shared_preload_libraries} starts with {@code citus} in Citus mode, so a loadable library of that name has to
 * exist, and a C compiler cannot be expected. {@code citus.so} is therefore a copy of a library that comes with every
 * PostgreSQL server and does nothing when it is merely loaded: {@code pgoutput.so} defines functions but neither settings nor
 * hooks, and it has no {@code _PG_init}. It is a copy and not a link because PostgreSQL recognises a library it has already
 * loaded by its inode.
 */
public final class StandInCitus {

    static final String SCRIPT = "citus--13.2-1-standin.sql";

    private static final String CONTROL = "citus.control";
    private static final List<String> PARTS =
            List.of("1-catalog.sql", "2-connections.sql", "3-locks.sql", "4-nodes.sql", "5-tables.sql");

    private StandInCitus() {}

    /**
     * Makes the private copy below a folder and installs the stand-in there. Repeating it refreshes the stand-in and leaves
     * the rest as it is. Blocking.
     *
     * @param original left as it is; needs {@code dblink}, which Debian's server package contains
     * @param folder created when missing; the caller sees to it that the server's user can read it
     * @throws IOException when files cannot be written, or {@code dblink} is not installed
     */
    public static PostgresInstallation install(PostgresInstallation original, Path folder) throws IOException {
        if (!Files.isReadable(original.libraryDir().resolve("dblink.so"))) {
            throw new IOException("the stand-in for Citus needs dblink, which " + original.libraryDir()
                    + " does not have: install PostgreSQL's contrib modules (package postgresql-contrib)");
        }
        Path root = Files.createDirectories(folder).toRealPath();
        Path bin = below(root, original.binDir());
        copyPrograms(original.binDir(), bin);
        Path libraries = below(root, original.libraryDir());
        linkEntries(original.libraryDir(), libraries);
        Path share = below(root, original.shareDir());
        linkEntries(original.shareDir(), share);
        Path extensions = share.resolve("extension");
        Files.deleteIfExists(extensions); // the link made one line above; never the folder it points to
        linkEntries(original.extensionDir(), extensions);
        writeStandIn(libraries, extensions);
        PostgresInstallation copy = new PostgresInstallation(bin, original.majorVersion());
        if (!copy.hasStandIn()) {
            throw new IOException(bin + "/postgres looks for its files in " + copy.shareDir() + " instead of " + share);
        }
        return copy;
    }

    private static Path below(Path root, Path absolute) {
        return root.resolve(Path.of("/").relativize(absolute));
    }

    private static void copyPrograms(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (DirectoryStream<Path> programs = Files.newDirectoryStream(from)) {
            for (Path program : programs) {
                Path copy = to.resolve(program.getFileName());
                if (!Files.exists(copy)) { // a running server keeps its program busy
                    Files.copy(program, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private static void linkEntries(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
            for (Path entry : entries) {
                Path link = to.resolve(entry.getFileName());
                boolean ours = entry.getFileName().toString().startsWith("citus");
                if (!ours && !Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createSymbolicLink(link, entry);
                }
            }
        }
    }

    private static void writeStandIn(Path libraries, Path extensions) throws IOException {
        Path library = libraries.resolve("citus.so");
        if (!Files.exists(library)) {
            Files.copy(libraries.resolve("pgoutput.so"), library);
        }
        try (InputStream control = resource(CONTROL)) {
            Files.copy(control, extensions.resolve(CONTROL), StandardCopyOption.REPLACE_EXISTING);
        }
        try (OutputStream script = Files.newOutputStream(extensions.resolve(SCRIPT))) {
            for (String part : PARTS) {
                try (InputStream source = resource(part)) {
                    source.transferTo(script);
                }
            }
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream resource = StandInCitus.class.getResourceAsStream("citus/" + name);
        if (resource == null) {
            throw new FileNotFoundException("io/orangery/formation/citus/" + name + " is missing from the jar");
        }
        return resource;
    }
}
