package io.orangery.simulation;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.sync.SynchronousStandbyNames;
import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One look of an agent at its modelled PostgreSQL. */
final class ModelLook {
    private static final int SERVER_VERSION = 150000;

    private final PostgresServer server;
    private final ModelMemory memory;

    ModelLook(PostgresServer server, ModelMemory memory) {
        this.server = server;
        this.memory = memory;
    }

    PostgresSeen see(Duration begun, boolean withReplication) {
        Optional<Long> postmaster = server.postmaster();
        Optional<MonitoringRow> row = server.answers() ? Optional.of(row(withReplication)) : Optional.empty();
        row.ifPresent(seen -> memory.answered(seen.inRecovery()));
        if (server.phase() == PostgresServer.Phase.STARTING) {
            memory.stillStarting();
        }
        DataDirectory directory = server.directory().map(ModelDirectory::seen).orElseGet(DataDirectory.Empty::new);
        if (postmaster.isEmpty()) {
            memory.gone();
            roleWithoutServer(directory);
        }
        return new PostgresSeen(
                directory,
                postmaster,
                memory.state(),
                memory.stateSince(),
                memory.role(),
                row,
                postmaster.isPresent() && row.isEmpty()
                        ? Optional.of("the server does not take connections")
                        : Optional.empty(),
                Map.of(),
                server.inRecovery() && server.answers()
                        ? Optional.of(server.wal().timeline())
                        : Optional.empty(),
                begun);
    }

    private void roleWithoutServer(DataDirectory directory) {
        switch (directory) {
            case DataDirectory.Empty empty -> memory.role(Role.UNINITIALIZED);
            case DataDirectory.Present present
            when memory.role() == Role.UNINITIALIZED ->
                memory.role(present.standbySignal() ? Role.REPLICA : Role.DEMOTED);
            case DataDirectory.Present present -> {}
            case DataDirectory.Inaccessible inaccessible -> {}
        }
    }

    private MonitoringRow row(boolean withReplication) {
        boolean standby = server.inRecovery();
        Wal wal = server.wal();
        Optional<WalStream> receiving = server.receiving();
        return new MonitoringRow(
                standby ? 0 : wal.timeline(),
                standby ? Lsn.ZERO : wal.end(),
                standby ? Optional.of(wal.replayed()) : Optional.empty(),
                standby && receiving.isPresent() ? wal.end() : Lsn.ZERO,
                standby ? receiving.map(stream -> wal.timeline()) : Optional.empty(),
                standby ? receiving.map(stream -> "streaming") : Optional.empty(),
                Optional.empty(),
                standby ? receiving.map(stream -> stream.sender().host() + ".host:5432") : Optional.empty(),
                false,
                false,
                "on",
                withReplication && !standby ? server.namesInForce() : "",
                withReplication && !standby ? standbys() : List.of(),
                server.slots().stream().map(this::slot).toList(),
                Optional.empty(),
                "start " + server.run(),
                SERVER_VERSION);
    }

    private MonitoringRow.Slot slot(String name) {
        boolean active = server.senders().stream()
                .anyMatch(stream ->
                        new NodeId(stream.receiver().host()).slotName().equals(name));
        Optional<Lsn> position = server.senders().stream()
                .filter(stream ->
                        new NodeId(stream.receiver().host()).slotName().equals(name))
                .map(WalStream::flushed)
                .findFirst();
        return new MonitoringRow.Slot(
                name,
                "physical",
                active,
                Optional.empty(),
                Optional.empty(),
                position,
                Optional.empty(),
                false,
                Optional.of("reserved"),
                false,
                false);
    }

    private List<MonitoringRow.Standby> standbys() {
        SynchronousStandbyNames names =
                SynchronousStandbyNames.parse(server.namesInForce()).orElseThrow();
        List<MonitoringRow.Standby> rows = new ArrayList<>();
        int synchronous = 0;
        for (WalStream stream :
                server.senders().stream().filter(WalStream::streaming).toList()) {
            boolean named = names.names().contains(new NodeId(stream.receiver().host()));
            synchronous += named ? 1 : 0;
            String syncState = !named
                    ? "async"
                    : names.type() == Type.QUORUM ? "quorum" : synchronous <= names.number() ? "sync" : "potential";
            rows.add(new MonitoringRow.Standby(
                    stream.receiver().run(),
                    stream.receiver().host(),
                    "replicator",
                    stream.receiver().host() + ".host",
                    40000,
                    "streaming",
                    syncState,
                    named ? synchronous : 0,
                    Optional.of(stream.flushed()),
                    Optional.of(stream.flushed()),
                    Optional.of(stream.replayed())));
        }
        return rows;
    }
}
