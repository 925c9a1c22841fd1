package io.orangery.ctl;

import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import io.orangery.ctl.rest.MemberApi.Patience;
import io.orangery.ctl.rest.MemberApi.Reply;
import java.util.List;
import java.util.Optional;

/** {@code reload}: the members read their local configuration again (ctl.md 16). */
final class ReloadCommand {
    private ReloadCommand() {}

    static void run(Session session, Arguments arguments) {
        String name = arguments.words(Syntax.CLUSTER).getFirst();
        try (ClusterStore store = session.open(name, session.extent(arguments.group()))) {
            ClusterSeen cluster = store.read();
            String role = arguments.role();
            List<GroupMember> members = new MemberSelection(session, cluster, role)
                    .choose(arguments.words(Syntax.MEMBERS), "'" + role + "'");
            if (!arguments.force()) {
                MemberSelection.confirm(session.terminal(), "reload", members);
            }
            members.forEach(member -> reload(session, member));
        }
    }

    private static void reload(Session session, GroupMember member) {
        MemberCalls calls = new MemberCalls(session, "reload");
        Reply reply = calls.call(member, "POST", "reload", Optional.empty(), Patience.ORDINARY);
        switch (reply.status()) {
            case 202 ->
                session.terminal()
                        .line("Reload request received for member " + member.name() + " and will be processed within "
                                + member.group().loopWait().toSeconds() + " seconds");
            case 200 -> session.terminal().line("No changes to apply on member " + member.name());
            default -> calls.failed(member, reply);
        }
    }
}
