package io.orangery.ctl;

import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.Extent;
import io.orangery.ctl.cluster.GroupSeen;
import io.orangery.ctl.rest.MemberApi.Patience;
import io.orangery.ctl.rest.MemberApi.Reply;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** Sends the request for another leader and says what became of it (ctl.md 13.2). */
final class LeaderChangeRequest {
    private static final String UNSUPPORTED = "Server does not support this operation";

    private final Session session;
    private final ClusterStore store;
    private final ClusterSeen cluster;
    private final LeaderChange change;

    LeaderChangeRequest(Session session, ClusterStore store, ClusterSeen cluster, LeaderChange change) {
        this.session = session;
        this.store = store;
        this.cluster = cluster;
        this.change = change;
    }

    void carryOut() {
        try {
            Reply reply = send(change.kind().text());
            if (reply.status() == 501 && reply.body().contains(UNSUPPORTED)) {
                reply = send("failover");
            }
            report(reply);
        } catch (IOException unreachable) {
            recordOnly(unreachable);
        }
    }

    private Reply send(String endpoint) throws IOException {
        return session.api().call("POST", address(), endpoint, Optional.of(change.body()), Patience.UNLIMITED);
    }

    /** The leader; without one the candidate, which has to take over by itself. */
    private String address() throws IOException {
        GroupSeen group = cluster.subject();
        String name = group.leaderName().or(change::candidate).orElseThrow();
        Optional<Member> member = group.view().member(new NodeId(name));
        return member.flatMap(found -> found.data().apiUrl())
                .orElseThrow(() -> new IOException("member " + name + " has published no api_url"));
    }

    private void report(Reply reply) {
        Terminal terminal = session.terminal();
        if (reply.status() == 200 || reply.status() == 202) {
            terminal.line(terminal.exactTimestamp() + " " + reply.body());
            session.print(readAgain());
            return;
        }
        boolean unknown = reply.body().toLowerCase(Locale.ROOT).contains("status unknown");
        terminal.failure(title() + (unknown ? " result unknown" : " failed") + ", details: " + reply.status() + ", "
                + reply.body());
    }

    /** Nobody answered, so the request is left in the store for whoever leads; what comes of it is not waited for. */
    private void recordOnly(IOException unreachable) {
        Terminal terminal = session.terminal();
        terminal.warn(unreachable.getMessage());
        terminal.warn("Failing over to DCS");
        terminal.failure(terminal.exactTimestamp() + " Could not "
                + change.kind().text() + " using Patroni api, falling back to DCS");
        store.writeFailover(cluster.subject(), change.key());
        terminal.warn("The request was only recorded in the failover key; the nodes decide whether they can follow it");
        session.print(readAgain());
    }

    private ClusterSeen readAgain() {
        ClusterSeen fresh = store.read();
        return cluster.extent() instanceof Extent.OneGroup(int number) && fresh.extent() instanceof Extent.AllGroups
                ? fresh.narrowed(number)
                : fresh;
    }

    private String title() {
        String text = change.kind().text();
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
