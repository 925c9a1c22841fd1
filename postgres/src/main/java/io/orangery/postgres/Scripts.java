package io.orangery.postgres;

import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.process.CommandWords;
import io.orangery.postgres.process.Subprocess;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scripts that are waited for: {@code pre_promote} and {@code before_stop} (configuration.md 7.6). Blocking. */
final class Scripts {
    private static final Logger LOG = LoggerFactory.getLogger(Scripts.class);

    private Scripts() {}

    /** Split like a shell would, but no shell is used. Ok when none is configured. */
    static Outcome run(String name, Optional<String> commandLine) throws IOException, InterruptedException {
        if (commandLine.isEmpty()) {
            return new Outcome.Ok();
        }
        Subprocess.Result result = Subprocess.run(
                CommandWords.split(commandLine.get()), Subprocess.Environment.SCRIPT, Map.of(), Optional.empty());
        LOG.info("postgresql.{}: exit code {}", name, result.exitCode());
        return result.ok() ? new Outcome.Ok() : new Outcome.Failed("postgresql." + name + ": " + result.summary());
    }
}
