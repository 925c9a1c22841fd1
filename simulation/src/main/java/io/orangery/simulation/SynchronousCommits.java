package io.orangery.simulation;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.sync.SynchronousStandbyNames;
import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** Commits of one server that wait for standbys, in the order of their positions, as syncrep.c treats them. */
final class SynchronousCommits {
    private record Waiting(Lsn end, long row, Runnable acknowledged) {}

    private final World world;
    private final PostgresServer server;
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    SynchronousCommits(World world, PostgresServer server) {
        this.world = world;
        this.server = server;
    }

    void await(Lsn end, long row, Runnable acknowledged) {
        waiting.add(new Waiting(end, row, acknowledged));
    }

    /** The server ends its clients' connections: who still waits gets no answer. */
    void forget() {
        waiting.clear();
    }

    /** Acknowledges what is confirmed by now. */
    void judge() {
        while (!waiting.isEmpty() && confirmed(waiting.peek().end())) {
            Waiting commit = waiting.remove();
            world.invariants().acknowledged(server, commit.row());
            commit.acknowledged().run();
        }
    }

    private boolean confirmed(Lsn position) {
        SynchronousStandbyNames names =
                SynchronousStandbyNames.parse(server.namesInForce()).orElseThrow();
        if (names.type() == Type.OFF) {
            return true;
        }
        List<WalStream> named = server.senders().stream()
                .filter(WalStream::streaming)
                .filter(stream ->
                        names.names().contains(new NodeId(stream.receiver().host())))
                .toList();
        if (names.type() == Type.PRIORITY) {
            List<NodeId> order = names.names().stream().toList();
            List<WalStream> first = named.stream()
                    .sorted(Comparator.comparingInt(
                            stream -> order.indexOf(new NodeId(stream.receiver().host()))))
                    .limit(names.number())
                    .toList();
            return first.size() == names.number()
                    && first.stream().allMatch(stream -> stream.flushed().atLeast(position));
        }
        return named.stream()
                        .filter(stream -> stream.flushed().atLeast(position))
                        .count()
                >= names.number();
    }
}
