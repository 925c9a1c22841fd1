package io.orangery.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.orangery.formation.FormationPlan;
import io.orangery.formation.FreePorts;
import io.orangery.formation.LoopbackFormation;
import io.orangery.formation.ServerProcess;
import io.orangery.formation.UnprivilegedUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * An agent that is started beside a formation with a configuration that is wrong in one respect; as made, it would join the formation
 * as one more member. Ends with the formation at the latest, whose folder it works in.
 */
final class StrayAgent implements AutoCloseable {

    /** JSON is YAML. */
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoopbackFormation formation;
    private final Path folder;
    private final ObjectNode content;
    private ServerProcess process;

    private StrayAgent(LoopbackFormation formation, String name) throws IOException {
        this.formation = formation;
        this.folder = formation.plan().folder().resolve("stray-" + name);
        this.content = content(name);
    }

    /** @param name of the node, and of its folder */
    static StrayAgent beside(LoopbackFormation formation, String name) throws IOException {
        return new StrayAgent(formation, name);
    }

    private ObjectNode content(String name) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("scope", FormationPlan.SCOPE).put("name", name);
        String rest = "127.0.0.1:" + FreePorts.from(18_501);
        root.putObject("restapi").put("listen", rest).put("connect_address", rest);
        root.setAll((ObjectNode) JSON.valueToTree(formation.dcs().section()));
        ObjectNode postgresql = root.putObject("postgresql");
        String address = "127.0.0.1:" + FreePorts.from(15_501);
        postgresql.put("listen", address).put("connect_address", address);
        postgresql.put("data_dir", dataDirectory().toString());
        postgresql.put("bin_dir", formation.postgres().binDir().toString());
        postgresql.put("pgpass", folder.resolve("pgpass").toString());
        postgresql.putObject("parameters").put("unix_socket_directories", "");
        ObjectNode users = postgresql.putObject("authentication");
        users.putObject("superuser").put("username", "postgres").put("password", "not the password");
        users.putObject("replication").put("username", "replicator").put("password", "not the password");
        return root;
    }

    Path dataDirectory() {
        return folder.resolve("data");
    }

    /** Changes the configuration: the key is a dotted path, a null value removes it. */
    StrayAgent with(String key, Object value) {
        ObjectNode parent = content;
        String[] path = key.split("\\.");
        for (int i = 0; i < path.length - 1; i++) {
            parent = parent.withObjectProperty(path[i]);
        }
        if (value == null) {
            parent.remove(path[path.length - 1]);
        } else {
            parent.set(path[path.length - 1], JSON.valueToTree(value));
        }
        return this;
    }

    StrayAgent without(String key) {
        return with(key, null);
    }

    /** Leaves out whatever names the store. */
    StrayAgent withoutStore() {
        formation.dcs().section().keySet().forEach(content::remove);
        return this;
    }

    /** Starts it as the user who runs all servers. */
    StrayAgent start() throws IOException {
        return start(UnprivilegedUser.current());
    }

    StrayAgent start(UnprivilegedUser user) throws IOException {
        Files.createDirectories(folder);
        Path file = Files.writeString(folder.resolve("node.yml"), content.toPrettyString());
        UnprivilegedUser.current().own(folder);
        process = ServerProcess.start(
                content.path("name").asText("stray"),
                user,
                formation.plan().jvm().node(file),
                Map.of(),
                folder,
                folder.resolve("agent.log"));
        return this;
    }

    /** Waits for its end, which must be a refusal; everything that it said. */
    String refusal() throws IOException, TimeoutException {
        FormationUnderTest.await("the end of an agent that must not start", () -> !process.isRunning());
        String said = Files.readString(process.log());
        assertThat(process.exitCode())
                .as("exit code of the agent that said:%n%s", said)
                .isEqualTo(1);
        return said;
    }

    /** Waits until it has said this; it must be running still. */
    void awaitSaying(String text) throws TimeoutException {
        FormationUnderTest.await(
                "the agent to say '" + text + "'",
                () -> Files.readString(process.log()).contains(text));
        assertThat(process.isRunning()).as("running, and trying again").isTrue();
    }

    /** How often it has said this until now. */
    long times(String text) throws IOException {
        return Files.readString(process.log())
                .lines()
                .filter(line -> line.contains(text))
                .count();
    }

    /** Ends it at once. Its PostgreSQL, if it has one, ends with the formation. */
    @Override
    public void close() {
        if (process != null) {
            process.signal(ServerProcess.Signal.KILL);
            process.awaitEnd(FormationUnderTest.PATIENCE);
        }
    }
}
