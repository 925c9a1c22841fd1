package io.orangery.postgres.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import io.orangery.postgres.AsUnprivilegedUser;
import io.orangery.postgres.process.ShutdownCheckpoint.WalRecord;
import io.orangery.postgres.sql.RealServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bytes that a real PostgreSQL wrote, against what its own programs read in them. */
@ExtendWith(AsUnprivilegedUser.class)
public class ControlFileBytesTest {
    private Path directory;
    private RealServer server;

    @BeforeEach
    void makeServer() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("orangery-control");
        server = new RealServer(directory).initdb();
    }

    @AfterEach
    void remove() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private Path dataDir() {
        return server.settings().dataDir();
    }

    private byte[] content() throws IOException {
        return Files.readAllBytes(dataDir().resolve("global/pg_control"));
    }

    private ControlData printed() throws IOException, InterruptedException {
        String text = server.run("pg_controldata", List.of(dataDir().toString()), Map.of())
                .stdout();
        return ControlFile.parse(text).orElseThrow();
    }

    @Test
    void saysWhatPgControldataSays() throws Exception {
        assertThat(new ControlFileBytes(content()).data()).contains(printed());
        server.start(server.primary());
        assertThat(new ControlFileBytes(content()).data()).contains(printed());
        server.stop();
        assertThat(new ControlFileBytes(content()).data()).contains(printed());
    }

    @Test
    void tornReadIsNeverTaken() throws Exception {
        byte[] before = content();
        server.start(server.primary());
        byte[] after = content();
        server.stop();

        assertThat(new ControlFileBytes(after).intact()).isTrue();
        for (int boundary = 0; boundary < 288; boundary++) {
            byte[] torn = before.clone();
            System.arraycopy(after, 0, torn, 0, boundary);
            boolean whole = Arrays.equals(torn, 0, 292, before, 0, 292) || Arrays.equals(torn, 0, 292, after, 0, 292);
            assertThat(new ControlFileBytes(torn).intact())
                    .as("torn at %d", boundary)
                    .isEqualTo(whole);
        }
        assertThat(new ControlFileBytes(Arrays.copyOf(after, 200)).intact()).isFalse();
    }

    /** PostgreSQL 18 put one byte in front of the nonce. */
    @Test
    void checksumMayStandWhereVersion18PutIt() throws Exception {
        ByteBuffer later = ByteBuffer.wrap(content()).order(ByteOrder.nativeOrder());
        later.putInt(8, 1800);
        later.put(256, (byte) 1);
        var checksum = new CRC32C();
        checksum.update(later.array(), 0, 292);
        later.putInt(292, (int) checksum.getValue());

        assertThat(new ControlFileBytes(later.array()).data()).contains(printed());
        later.putInt(8, 1900);
        assertThat(new ControlFileBytes(later.array()).known()).isFalse();
    }

    @Test
    void damagedFileTellsNothing() throws Exception {
        Path file = dataDir().resolve("global/pg_control");
        byte[] damaged = content();
        damaged[40] ^= 1;
        Files.write(file, damaged);

        assertThat(new ControlFile(dataDir(), new Installation(server.settings())).read())
                .isEmpty();
    }

    @Test
    void walRecordsAreThoseThatPgWaldumpPrints() throws Exception {
        server.start(server.primary());
        server.stop();
        ControlData control = printed();
        WalRecordBytes records = new ControlFileBytes(content())
                .walRecords(dataDir().resolve("pg_wal"))
                .orElseThrow();

        WalRecord checkpoint = records.read(1, control.checkpoint()).orElseThrow();

        assertThat(checkpoint).isEqualTo(dumped(control.checkpoint()));
        assertThat(checkpoint.shutdownCheckpoint()).isTrue();
        WalRecord previous = records.read(1, checkpoint.previous()).orElseThrow();
        assertThat(previous.previous()).isEqualTo(dumped(checkpoint.previous()).previous());
        assertThat(records.read(1, new Lsn(control.checkpoint().bytes() + 8)))
                .as("inside of a record")
                .isEmpty();
    }

    private WalRecord dumped(Lsn at) throws IOException, InterruptedException {
        var arguments = List.of("-p", dataDir().resolve("pg_wal").toString(), "-s", at.toString(), "-n", "1");
        return ShutdownCheckpoint.parse(
                        server.run("pg_waldump", arguments, Map.of()).stdout())
                .orElseThrow();
    }
}
