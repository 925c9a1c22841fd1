package io.orangery.postgres;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.Upstream;
import io.orangery.postgres.configuration.ConnInfo;
import io.orangery.postgres.configuration.PgPass;
import io.orangery.postgres.process.CommandWords;
import io.orangery.postgres.process.Subprocess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this node's data directory a copy of another server's (ha-behaviour 9.5). Blocking. */
final class CloneReplica {
    private static final Logger LOG = LoggerFactory.getLogger(CloneReplica.class);
    private static final String BASEBACKUP = "basebackup";
    private static final int BASEBACKUP_ATTEMPTS = 2;
    private static final long BETWEEN_ATTEMPTS_MILLIS = 5000;

    private final Host host;

    CloneReplica(Host host) {
        this.host = host;
    }

    Outcome clone(Upstream source, boolean onlyBasebackup) throws IOException, InterruptedException {
        if (host.server().find().isPresent()) {
            return new Outcome.Failed("PostgreSQL runs on " + host.settings().dataDir() + ": it must be stopped first");
        }
        PostgresSettings settings = host.settings();
        host.memory().state(PostgresState.CREATING_REPLICA);
        host.memory().pendingRestart(Map.of());
        List<String> configured = settings.createReplicaMethods();
        List<String> methods = onlyBasebackup || configured.isEmpty() ? List.of(BASEBACKUP) : configured;
        var failures = new ArrayList<String>();
        try {
            for (String method : methods) {
                Optional<String> failure =
                        method.equals(BASEBACKUP) ? basebackup(source.address()) : script(method, source.address());
                if (failure.isEmpty()) {
                    finish();
                    LOG.info("replica has been created from {} using {}", source.address(), method);
                    return new Outcome.Ok();
                }
                LOG.error("creating the replica by {} failed: {}", method, failure.get());
                failures.add(method + ": " + failure.get());
            }
            removeAfterFailure();
            return new Outcome.Failed(
                    "failed to bootstrap from " + source.address() + ": " + String.join("; ", failures));
        } catch (InterruptedException cancelled) {
            removeAfterFailure();
            throw cancelled;
        }
    }

    private void removeAfterFailure() throws IOException {
        host.directory().remove();
        host.memory().role(Role.UNINITIALIZED);
        host.memory().state(PostgresState.STOPPED);
    }

    private void finish() throws IOException {
        host.files().restoreBackups();
        host.directory().removePromoteTrigger();
        host.memory().role(Role.REPLICA);
        host.memory().state(PostgresState.STOPPED);
    }

    private Optional<String> basebackup(HostPort source) throws IOException, InterruptedException {
        PostgresSettings settings = host.settings();
        var arguments = new ArrayList<>(
                List.of("--pgdata=" + settings.dataDir(), "-X", "stream", "--dbname=" + connectionString(source)));
        arguments.addAll(settings.basebackupOptions());
        Optional<String> failure = Optional.empty();
        for (int attempt = 1; attempt <= BASEBACKUP_ATTEMPTS; attempt++) {
            if (attempt > 1) {
                Thread.sleep(BETWEEN_ATTEMPTS_MILLIS);
            }
            host.directory().remove();
            Subprocess.Result result = host.installation().run("pg_basebackup", arguments, login(source));
            if (result.ok()) {
                return Optional.empty();
            }
            failure = Optional.of("pg_basebackup " + result.summary());
        }
        host.directory().remove();
        return failure;
    }

    private Optional<String> script(String method, HostPort source) throws IOException, InterruptedException {
        Map<String, Object> definition = host.settings().methods().getOrDefault(method, Map.of());
        boolean keepData = isTrue(definition.get("keep_data"));
        if (!keepData) {
            host.directory().remove();
        }
        Subprocess.Result result = Subprocess.run(
                command(method, definition, source), Subprocess.Environment.SCRIPT, login(source), Optional.empty());
        if (result.ok()) {
            return Optional.empty();
        }
        if (!keepData) {
            host.directory().remove();
        }
        return Optional.of(result.summary());
    }

    private List<String> command(String method, Map<String, Object> definition, HostPort source)
            throws IOException, InterruptedException {
        PostgresSettings settings = host.settings();
        var options = new LinkedHashMap<String, Object>(definition);
        Object command = options.remove("command");
        if (isTrue(options.get("no_params"))) {
            List.of("no_params", "no_leader", "keep_data").forEach(options::remove);
        } else {
            options.put("scope", settings.scope());
            options.put("role", "replica");
            options.put("datadir", settings.dataDir());
            options.put("connstring", connectionString(source));
        }
        var words = new ArrayList<>(CommandWords.split(command == null ? method : command.toString()));
        options.forEach((name, value) -> words.add("--" + name + "=" + value));
        return words;
    }

    private String connectionString(HostPort source) throws IOException, InterruptedException {
        PostgresSettings settings = host.settings();
        return ConnInfo.forTool(host.version(), settings.replication(), source, Optional.of(settings.database()));
    }

    private Map<String, String> login(HostPort source) throws IOException {
        List<String> lines = PgPass.lines(host.settings().replication(), source);
        if (lines.isEmpty()) {
            return Map.of();
        }
        host.files().writePgPass(lines);
        return Map.of("PGPASSFILE", host.settings().pgpass().toString());
    }

    private static boolean isTrue(Object value) {
        return value != null
                && List.of("true", "on", "yes", "1").contains(value.toString().toLowerCase(java.util.Locale.ROOT));
    }
}
