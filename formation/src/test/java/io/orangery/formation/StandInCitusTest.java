package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The contract, kept by the stand-in. */
class StandInCitusTest extends HeldWritesContract {

    @Override
    PostgresInstallation installation(Path folder, UnprivilegedUser user) throws Exception {
        PostgresInstallation original = PostgresInstallation.find()
                .orElseGet(
                        () -> Skipped.because("no PostgreSQL is installed (looked in PATH and /usr/lib/postgresql)"));
        return StandInCitus.install(original, folder.resolve("pg"));
    }

    @Test
    void saysThatItIsTheStandIn() throws Exception {
        assertThat(servers.coordinator().query("SELECT citus_version()"))
                .contains("stand-in", "not the real extension");
        assertThat(servers.coordinator().query("SELECT extversion FROM pg_extension WHERE extname = 'citus'"))
                .endsWith("-standin");
    }
}
