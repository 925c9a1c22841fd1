package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The contract, kept by Citus itself where it is installed: without this the stand-in proves nothing. */
class RealCitusTest extends HeldWritesContract {

    /** Names the folder of the programs of a PostgreSQL with Citus, if the usual one has none. */
    private static final String VARIABLE = "ORANGERY_CITUS_PG_BIN";

    @Override
    PostgresInstallation installation(Path folder, UnprivilegedUser user) {
        String named = System.getenv(VARIABLE);
        Optional<PostgresInstallation> found =
                named == null ? PostgresInstallation.find() : PostgresInstallation.at(Path.of(named));
        return found.filter(PostgresInstallation::hasCitus)
                .orElseGet(
                        () -> Skipped.because(
                                "Citus is not installed (set " + VARIABLE
                                        + " to the bin folder of a PostgreSQL that has it): the contract ran against the stand-in only"));
    }

    @Test
    void isNotTheStandIn() throws Exception {
        System.out.println("contract test runs against " + servers.coordinator().query("SELECT citus_version()"));
        assertThat(servers.coordinator().query("SELECT citus_version()"))
                .startsWith("Citus ")
                .doesNotContain("stand-in");
    }
}
