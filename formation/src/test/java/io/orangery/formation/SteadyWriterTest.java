package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server without agents: what is said about writes must be true when they fail, and when rows are gone. */
class SteadyWriterTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private Path folder;
    private PlainServer server;

    @BeforeEach
    void startServer() throws Exception {
        PostgresInstallation installation =
                PostgresInstallation.find().orElseGet(() -> Skipped.because("no PostgreSQL is installed"));
        folder = Files.createTempDirectory("orangery-writer");
        UnprivilegedUser user = UnprivilegedUser.current();
        user.own(folder);
        server = TestServers.plain(installation, user, folder.resolve("server"));
        server.execute("CREATE TABLE story (id bigint PRIMARY KEY)");
    }

    @AfterEach
    void stopServer() throws IOException {
        if (server != null) {
            server.close();
        }
        if (folder != null) {
            WorkFolder.delete(folder);
        }
    }

    @Test
    void countsWhatWasAcknowledgedAndFindsItAgain() throws Exception {
        try (SteadyWriter writer = SteadyWriter.start(server::connect, "story", 2)) {
            Await.until("some rows", LONG, () -> writer.acknowledgedRows() > 20);
            writer.stop();
            assertThat(writer.report().failed()).isZero();
            assertThat(server.query("SELECT count(*) FROM story")).isEqualTo("" + writer.acknowledgedRows());
            assertThat(writer.missing()).isEmpty();
        }
    }

    @Test
    void namesAcknowledgedRowsThatAreGone() throws Exception {
        try (SteadyWriter writer = SteadyWriter.start(server::connect, "story", 2)) {
            Await.until("some rows", LONG, () -> writer.acknowledgedRows() > 20);
            writer.stop();
            server.execute("DELETE FROM story WHERE id IN (3, 5)");
            assertThat(writer.missing()).containsExactly(3, 5);
        }
    }

    @Test
    void triesARowAgainUntilTheServerIsBackAndCountsTheFailures() throws Exception {
        try (SteadyWriter writer = SteadyWriter.start(server::connect, "story", 2)) {
            Await.until("some rows", LONG, () -> writer.acknowledgedRows() > 20);
            writer.startWindow();
            server.close();
            Await.until("failures", LONG, () -> writer.report().failed() > 3);
            server.start();
            int before = writer.acknowledgedRows();
            Await.until("rows after the failures", LONG, () -> writer.acknowledgedRows() > before + 10);
            writer.stop();
            assertThat(writer.report().failures()).isNotEmpty();
            assertThat(writer.missing()).isEmpty();
        }
    }
}
