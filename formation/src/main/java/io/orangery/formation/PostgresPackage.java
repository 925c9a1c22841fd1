package io.orangery.formation;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Debian's package {@code postgresql}, for a machine that has no PostgreSQL yet. */
public final class PostgresPackage {

    /** Read by the package when it is installed; by default it would create and start a cluster on port 5432. */
    private static final Path SETTINGS = Path.of("/etc/postgresql-common/createcluster.conf");

    private static final String NO_CLUSTER = "create_main_cluster = false\n";

    private PostgresPackage() {}

    /** The installation at hand, else the one that {@link #install} brings. */
    public static Optional<PostgresInstallation> findOrInstall(PrintStream out) throws IOException {
        Optional<PostgresInstallation> installed = PostgresInstallation.find();
        return installed.isPresent() ? installed : install(out);
    }

    /**
     * Installs the package where that is possible, and says so; says what to install where it is not.
     *
     * @return the installation; empty when there is still none
     */
    static Optional<PostgresInstallation> install(PrintStream out) throws IOException {
        if (!isRoot() || !Command.exists("apt-get")) {
            out.println(
                    "PostgreSQL is missing: there are no PostgreSQL programs in PATH or in /usr/lib/postgresql/*/bin.");
            out.println("Install the server with its contrib modules, version 12 to 18, for instance");
            out.println(
                    "  Debian, Ubuntu:  sudo apt-get install postgresql        (or start this as root: it does that itself)");
            out.println("  Fedora, RHEL:    sudo dnf install postgresql-server postgresql-contrib");
            out.println("or name the folder of its programs in " + PostgresInstallation.BIN_DIR_VARIABLE + ".");
            return Optional.empty();
        }
        out.println("PostgreSQL is missing: installing the Debian package \"postgresql\" (without a default cluster).");
        forbidDefaultCluster();
        if (!aptGet(
                "install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", "postgresql")) {
            aptGet("update"); // a fresh image has no package lists
            if (!aptGet(
                    "install",
                    "-y",
                    "--no-install-recommends",
                    "-o",
                    "Dpkg::Options::=--force-confold",
                    "postgresql")) {
                out.println(
                        "apt-get could not install it: see above. Install \"postgresql\" by hand and start this again.");
                return Optional.empty();
            }
        }
        return PostgresInstallation.find();
    }

    private static void forbidDefaultCluster() throws IOException {
        if (!Files.exists(SETTINGS)) {
            Files.createDirectories(SETTINGS.getParent());
            Files.writeString(SETTINGS, NO_CLUSTER);
        }
    }

    private static boolean aptGet(String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("apt-get", "-q").inheritIO();
        builder.command().addAll(List.of(arguments));
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        try {
            return builder.start().waitFor() == 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while installing PostgreSQL", interrupted);
        }
    }

    private static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }
}
