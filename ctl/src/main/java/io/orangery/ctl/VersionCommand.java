package io.orangery.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import io.orangery.ctl.rest.MemberApi.Patience;
import io.orangery.protocol.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** {@code version}: of this tool, and of the members of a cluster when one is named (ctl.md 25). */
final class VersionCommand {
    /** The release of the original tool whose arguments and output this one has. */
    private static final String COMPATIBLE = "4.1.4";

    private VersionCommand() {}

    static void run(Session session, Arguments arguments) {
        session.terminal().line("patronictl version " + COMPATIBLE + " (Orangery " + own() + ")");
        Optional<String> cluster =
                arguments.words(Syntax.OPTIONAL_CLUSTER).stream().findFirst();
        if (cluster.isEmpty()) {
            return;
        }
        session.terminal().line("");
        List<String> names = arguments.words(Syntax.MEMBERS);
        try (ClusterStore store = session.open(cluster.get(), session.extent(arguments.group()))) {
            store.read().members().stream()
                    .filter(member -> names.isEmpty() || names.contains(member.name()))
                    .filter(member -> member.member().data().apiUrl().isPresent())
                    .forEach(member -> print(session, member));
        }
    }

    private static void print(Session session, GroupMember member) {
        try {
            String body = session.api()
                    .call("GET", MemberCalls.address(member), "", Optional.empty(), Patience.ORDINARY)
                    .body();
            session.terminal().line(member.name() + ": " + versions(body));
        } catch (IOException unreachable) {
            session.terminal().failure(member.name() + ": failed to get version: " + unreachable.getMessage());
        }
    }

    private static String versions(String body) throws IOException {
        JsonNode status = Json.parse(body)
                .filter(JsonNode::isObject)
                .orElseThrow(() -> new IOException("the answer is not a JSON object"));
        String software = status.path("patroni").path("version").asText();
        if (software.isEmpty()) {
            throw new IOException("the answer has no patroni.version");
        }
        JsonNode server = status.path("server_version");
        return "Patroni " + software + (server.canConvertToInt() ? " PostgreSQL " + postgres(server.asInt()) : "");
    }

    /** Two parts from 10 on, three before. */
    private static String postgres(int number) {
        return number >= 100_000
                ? number / 10_000 + "." + number % 10_000
                : number / 10_000 + "." + number / 100 % 100 + "." + number % 100;
    }

    private static String own() {
        try (InputStream file = VersionCommand.class.getResourceAsStream("build.properties")) {
            if (file == null) {
                throw new IllegalStateException("io/orangery/ctl/build.properties is missing from the jar");
            }
            Properties build = new Properties();
            build.load(file);
            return build.getProperty("version");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
