package io.orangery.postgres;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.LocalPostgres.Stopped;
import io.orangery.postgres.process.Subprocess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** initdb and the first start (ha-behaviour 9.2), and what is done when a bootstrap failed (9.4 P1). Blocking. */
final class NewCluster {
    private final Host host;
    private final Start start;
    private final Stop stop;

    NewCluster(Host host, Start start, Stop stop) {
        this.host = host;
        this.start = start;
        this.stop = stop;
    }

    Outcome initdb(BootstrapSettings bootstrap) throws IOException, InterruptedException {
        Optional<String> obstacle = obstacle(bootstrap);
        if (obstacle.isPresent()) {
            return new Outcome.Failed(obstacle.get());
        }
        host.version();
        host.memory().bootstrapping(true);
        host.memory().state(PostgresState.INITDB);
        Subprocess.Result result = run(bootstrap);
        if (!result.ok()) {
            host.memory().state(PostgresState.INITDB_FAILED);
            return new Outcome.Failed("initdb " + result.summary());
        }
        host.files().writeBootstrapHba(bootstrap.pgHba());
        host.memory().synchronousNames(Optional.empty());
        return start.start(host.wantedAsPrimary(), Role.PRIMARY, "on_start", Optional.empty());
    }

    private Optional<String> obstacle(BootstrapSettings bootstrap) throws InterruptedException {
        if (!bootstrap.method().equals("initdb")) {
            return Optional.of("bootstrap.method is '" + bootstrap.method() + "': only initdb is implemented");
        }
        return switch (host.directory().look(Optional.empty())) {
            case DataDirectory.Empty empty ->
                host.settings().preparedForCitus() ? host.installation().checkCitus() : Optional.empty();
            case DataDirectory.Inaccessible inaccessible -> Optional.of(inaccessible.why());
            case DataDirectory.Present present ->
                Optional.of(host.settings().dataDir() + " is not empty, expected an empty or missing directory");
        };
    }

    private Subprocess.Result run(BootstrapSettings bootstrap) throws IOException, InterruptedException {
        Credentials superuser = host.settings().superuser();
        var command = new ArrayList<String>();
        command.add(host.installation().program("initdb"));
        command.addAll(bootstrap.initdbOptions());
        superuser.username().ifPresent(name -> command.add("--username=" + name));
        Optional<String> password = superuser.password().filter(text -> !text.isEmpty());
        // Through a pipe: a file would stay behind when the agent is killed meanwhile.
        password.ifPresent(text -> command.add("--pwfile=/dev/stdin"));
        command.add(host.settings().dataDir().toString());
        return Subprocess.run(
                List.copyOf(command),
                Subprocess.Environment.TOOL_IN_OWN_LOCALE,
                password.map(text -> text + "\n").orElse(""));
    }

    Outcome discardFailed() throws IOException, InterruptedException {
        PostgresSettings settings = host.settings();
        if (stop.stop(StopMode.IMMEDIATE, Optional.of(Duration.ofSeconds(10)), true)
                instanceof Stopped.Failed(String why)) {
            return new Outcome.Failed("the failed bootstrap in " + settings.dataDir() + " was left as it is: " + why);
        }
        host.directory().renameToFailed();
        host.memory().bootstrapping(false);
        host.memory().role(Role.UNINITIALIZED);
        return new Outcome.Ok();
    }
}
