package io.orangery.ctl;

import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import io.orangery.ctl.cluster.Timestamps;
import io.orangery.ctl.rest.MemberApi.Patience;
import io.orangery.ctl.rest.MemberApi.Reply;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** {@code restart}: members one after the other, now or later (ctl.md 15). */
final class RestartCommand {
    private final Session session;
    private final Arguments arguments;
    private final Terminal terminal;
    private final MemberCalls calls;

    private RestartCommand(Session session, Arguments arguments) {
        this.session = session;
        this.arguments = arguments;
        this.terminal = session.terminal();
        this.calls = new MemberCalls(session, "restart");
    }

    static void run(Session session, Arguments arguments) {
        new RestartCommand(session, arguments).run();
    }

    private void run() {
        String name = arguments.words(Syntax.CLUSTER).getFirst();
        try (ClusterStore store = session.open(name, session.extent(arguments.group()))) {
            ClusterSeen cluster = store.read();
            String role = arguments.role();
            List<GroupMember> chosen = new MemberSelection(session, cluster, role)
                    .choose(arguments.words(Syntax.MEMBERS), "'" + role + "'");
            Optional<OffsetDateTime> at = askTime();
            List<GroupMember> members = narrowed(chosen, at);
            if (members.isEmpty()) {
                return;
            }
            confirm(members, at);
            Map<String, Object> body = body(at, askVersion());
            if (at.isPresent() && cluster.subject().paused()) {
                throw new CommandFailed("Can't schedule restart in the paused state");
            }
            members.forEach(member -> restart(member, body, at.isPresent()));
        }
    }

    private Optional<OffsetDateTime> askTime() {
        String text = arguments
                .text(Syntax.SCHEDULED)
                .orElseGet(() -> arguments.force()
                        ? "now"
                        : terminal.ask(
                                "When should the restart take place (e.g. " + Timestamps.example(terminal.now()) + ") ",
                                "now"));
        return When.read(terminal, text);
    }

    /** Who waits for a restart later is found out later. */
    private List<GroupMember> narrowed(List<GroupMember> members, Optional<OffsetDateTime> at) {
        List<GroupMember> result = members;
        if (arguments.flag("--pending") && at.isEmpty()) {
            result = members.stream()
                    .filter(member -> member.member().data().pendingRestartFlag())
                    .toList();
        }
        return arguments.flag("--any") && !result.isEmpty()
                ? List.of(result.get(ThreadLocalRandom.current().nextInt(result.size())))
                : result;
    }

    private void confirm(List<GroupMember> members, Optional<OffsetDateTime> at) {
        if (arguments.force()) {
            return;
        }
        if (at.isEmpty()) {
            MemberSelection.confirm(terminal, "restart", members);
            return;
        }
        String question = arguments.flag("--pending")
                ? "The nodes needing a restart will be identified at the scheduled time, and might be different from the"
                        + " ones showing pending restart right now. Is this fine?"
                : "Are you sure you want to schedule restart of members " + MemberSelection.names(members) + " at "
                        + Timestamps.iso(at.get()).replace('T', ' ') + "?";
        if (!terminal.confirm(question)) {
            throw new CommandFailed("Aborted scheduled restart");
        }
    }

    private Optional<String> askVersion() {
        Optional<String> version = arguments
                .text("--pg-version")
                .or(() -> arguments.force()
                        ? Optional.empty()
                        : Optional.of(terminal.ask(
                                "Restart if the PostgreSQL version is less than provided (e.g. 9.5.2) ", "")))
                .filter(text -> !text.isEmpty());
        version.ifPresent(RestartCommand::check);
        return version;
    }

    private static void check(String version) {
        String[] parts = version.split("\\.", -1);
        for (String part : parts) {
            if (!part.matches("[0-9]{1,9}")) {
                throw new CommandFailed("Invalid PostgreSQL version: " + version);
            }
        }
        boolean accepted = parts.length == 3 || parts.length == 2 && Integer.parseInt(parts[0]) >= 10;
        if (!accepted) {
            throw new CommandFailed("Invalid PostgreSQL version format: X.Y or X.Y.Z is accepted: " + version);
        }
    }

    private Map<String, Object> body(Optional<OffsetDateTime> at, Optional<String> version) {
        var body = new LinkedHashMap<String, Object>();
        if (arguments.flag("--pending")) {
            body.put("restart_pending", true);
        }
        version.ifPresent(text -> body.put("postgres_version", text));
        at.ifPresent(time -> body.put("schedule", Timestamps.iso(time)));
        arguments.text("--timeout").ifPresent(text -> body.put("timeout", text));
        return body;
    }

    private void restart(GroupMember member, Map<String, Object> body, boolean scheduled) {
        if (scheduled && arguments.force() && member.member().data().extra().containsKey("scheduled_restart")) {
            withdraw(member);
        }
        Reply reply = calls.call(member, "POST", "restart", Optional.of(body), Patience.UNLIMITED);
        switch (reply.status()) {
            case 200 -> terminal.line("Success: restart on member " + member.name());
            case 202 -> terminal.line("Success: restart scheduled on member " + member.name());
            case 409 -> terminal.failure("Failed: another restart is already scheduled on member " + member.name());
            default -> calls.failed(member, reply);
        }
    }

    private void withdraw(GroupMember member) {
        Reply reply = calls.call(member, "DELETE", "restart", Optional.empty(), Patience.ORDINARY);
        if (reply.status() != 200) {
            new MemberCalls(session, "flush scheduled restart").failed(member, reply);
        }
    }
}
