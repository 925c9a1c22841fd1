package io.orangery.ctl;

import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import io.orangery.ctl.rest.MemberApi.Patience;
import io.orangery.ctl.rest.MemberApi.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code reinit}: replicas throw their data away and copy it anew (ctl.md 17). */
final class ReinitCommand {
    private final Session session;
    private final Arguments arguments;
    private final Terminal terminal;
    private final MemberCalls calls;

    private ReinitCommand(Session session, Arguments arguments) {
        this.session = session;
        this.arguments = arguments;
        this.terminal = session.terminal();
        this.calls = new MemberCalls(session, "reinitialize");
    }

    static void run(Session session, Arguments arguments) {
        new ReinitCommand(session, arguments).run();
    }

    private void run() {
        String name = arguments.words(Syntax.CLUSTER).getFirst();
        try (ClusterStore store = session.open(name, session.extent(arguments.group()))) {
            List<GroupMember> members = choose(store.read());
            if (members.isEmpty()) {
                return;
            }
            if (!arguments.force()) {
                MemberSelection.confirm(terminal, "reinitialize", members);
            }
            List<GroupMember> started = new ArrayList<>();
            for (GroupMember member : members) {
                if (reinitialize(member)) {
                    started.add(member);
                }
            }
            if (arguments.flag("--wait")) {
                new ReinitProgress(session, started).await();
            }
        }
    }

    /** Without names nobody, or who is named in the answer: never all. */
    private List<GroupMember> choose(ClusterSeen cluster) {
        List<String> names = arguments.words(Syntax.MEMBERS);
        var selection = new MemberSelection(session, cluster, "replica");
        selection.showTable(names);
        if (!names.isEmpty()) {
            return selection.named(names, "replica");
        }
        return arguments.force() ? List.of() : ask(selection.candidates());
    }

    private List<GroupMember> ask(List<GroupMember> candidates) {
        String names = String.join(
                ", ", candidates.stream().map(GroupMember::name).sorted().toList());
        String answer = terminal.ask("Which member do you want to reinitialize [" + names + "]?", "");
        List<GroupMember> found = candidates.stream()
                .filter(member -> member.name().equals(answer))
                .toList();
        if (found.isEmpty()) {
            throw new CommandFailed(answer + " is not a member of cluster");
        }
        return found;
    }

    /** @return whether it has started */
    private boolean reinitialize(GroupMember member) {
        Reply reply = request(member, arguments.force());
        if (reply.status() != 200 && reply.body().endsWith(" already in progress") && !arguments.force()) {
            calls.failed(member, reply);
            if (!terminal.confirm("Do you want to cancel it and reinitialize anyway?")) {
                return false;
            }
            reply = request(member, true);
        }
        if (reply.status() == 200) {
            terminal.line("Success: reinitialize for member " + member.name());
            return true;
        }
        calls.failed(member, reply);
        return false;
    }

    private Reply request(GroupMember member, boolean force) {
        Map<String, Object> body = new java.util.LinkedHashMap<>();
        body.put("force", force);
        body.put("from_leader", arguments.flag("--from-leader"));
        return calls.call(member, "POST", "reinitialize", Optional.of(body), Patience.ORDINARY);
    }
}
