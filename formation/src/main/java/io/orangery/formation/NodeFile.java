package io.orangery.formation;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** The configuration file of one node of a formation, as an operator would write it. */
final class NodeFile {

    private final FormationPlan plan;
    private final PostgresInstallation postgres;
    private final Map<String, Object> dcsSection;
    private final Secrets secrets;

    NodeFile(FormationPlan plan, PostgresInstallation postgres, Map<String, Object> dcsSection, Secrets secrets) {
        this.plan = plan;
        this.postgres = postgres;
        this.dcsSection = dcsSection;
        this.secrets = secrets;
    }

    /** The text of the file. */
    String text(String name, int group, int restPort, int postgresPort, Path nodeFolder) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("scope", FormationPlan.SCOPE);
        root.put("namespace", "/service/");
        root.put("name", name);
        root.put("restapi", restApi(restPort));
        root.put("mesh", ordered("secret", secrets.mesh()));
        root.putAll(dcsSection);
        if (plan.hasCitus()) {
            root.put("citus", ordered("group", group, "database", FormationPlan.DATABASE));
        }
        root.put("bootstrap", bootstrap());
        root.put("postgresql", postgresql(postgresPort, nodeFolder));
        DumperOptions style = new DumperOptions();
        style.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        style.setWidth(120);
        return new Yaml(style).dump(root);
    }

    private Map<String, Object> restApi(int port) {
        String address = "127.0.0.1:" + port;
        return ordered(
                "listen", address,
                "connect_address", address,
                "authentication", ordered("username", "orangery", "password", secrets.api()));
    }

    private Map<String, Object> bootstrap() {
        Map<String, Object> dcs = ordered(
                "ttl", plan.ttl().toSeconds(),
                "loop_wait", plan.loopWaitSeconds(),
                "retry_timeout", plan.retryTimeoutSeconds(),
                "maximum_lag_on_failover", 1_048_576,
                "synchronous_mode", "quorum",
                "postgresql",
                        ordered(
                                "use_pg_rewind",
                                true,
                                "use_slots",
                                true,
                                "parameters",
                                parameters(),
                                "pg_hba",
                                accessRules()));
        return ordered("dcs", dcs, "initdb", List.of(Map.of("encoding", "UTF8"), "no-locale", "data-checksums"));
    }

    private Map<String, Object> parameters() {
        Map<String, Object> parameters = ordered("max_connections", 100, "shared_buffers", "32MB");
        parameters.put(postgres.majorVersion() < 13 ? "wal_keep_segments" : "wal_keep_size", keptWal());
        if (plan.hasCitus()) {
            parameters.put("citus.node_conninfo", "sslmode=prefer");
            parameters.put("citus.shard_count", 8);
        }
        parameters.putAll(plan.parameters());
        return parameters;
    }

    private Object keptWal() {
        return postgres.majorVersion() < 13 ? (Object) 8 : "128MB";
    }

    private static List<String> accessRules() {
        return List.of(
                "local all all scram-sha-256",
                "host replication replicator 127.0.0.1/32 scram-sha-256",
                "host all all 127.0.0.1/32 scram-sha-256");
    }

    private Map<String, Object> postgresql(int port, Path folder) {
        String address = "127.0.0.1:" + port;
        return ordered(
                "listen", address,
                "connect_address", address,
                "data_dir", folder.resolve("data").toString(),
                "bin_dir", postgres.binDir().toString(),
                "pgpass", folder.resolve("pgpass").toString(),
                "authentication",
                        ordered(
                                "superuser", user("postgres", secrets.superuser()),
                                "replication", user("replicator", secrets.replication()),
                                "rewind", user("rewinder", secrets.rewind())),
                // Otherwise a new standby waits for a checkpoint that is spread over minutes.
                "basebackup", List.of(Map.of("checkpoint", "fast")),
                // No socket: its usual folder belongs to the system, and this one's path may be too long for one.
                "parameters", ordered("unix_socket_directories", ""));
    }

    private static Map<String, Object> user(String name, String password) {
        return ordered("username", name, "password", password);
    }

    /** Keys and values in turn, in this order. */
    private static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
