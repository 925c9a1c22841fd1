package io.orangery.ctl;

import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import io.orangery.ctl.rest.MemberApi.Patience;
import io.orangery.ctl.rest.MemberApi.Reply;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Requests to one member after the other, where a member that cannot be reached ends the command, as it always has. */
final class MemberCalls {
    private final Session session;
    private final String action;

    /** @param action as failures name it */
    MemberCalls(Session session, String action) {
        this.session = session;
        this.action = action;
    }

    /** @throws CommandFailed no answer; names the member */
    Reply call(
            GroupMember member, String method, String endpoint, Optional<Map<String, Object>> body, Patience patience) {
        try {
            return session.api().call(method, address(member), endpoint, body, patience);
        } catch (IOException unreachable) {
            throw new CommandFailed(action + " for member " + member.name() + ": " + unreachable.getMessage());
        }
    }

    /** A status that means no success. */
    void failed(GroupMember member, Reply reply) {
        session.terminal()
                .failure("Failed: " + action + " for member " + member.name() + ", status code=" + reply.status()
                        + ", (" + reply.body() + ")");
    }

    static String address(GroupMember member) throws IOException {
        return member.member()
                .data()
                .apiUrl()
                .orElseThrow(() -> new IOException("member " + member.name() + " has published no api_url"));
    }
}
