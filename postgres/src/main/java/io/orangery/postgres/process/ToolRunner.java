package io.orangery.postgres.process;

import io.orangery.postgres.rewind.PostgresTools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The programs of one installation, for the rewind package. */
public final class ToolRunner implements PostgresTools {
    private final Installation installation;
    private final Path dataDir;

    public ToolRunner(Installation installation, Path dataDir) {
        this.installation = installation;
        this.dataDir = dataDir;
    }

    @Override
    public Finished run(String tool, List<String> arguments, Map<String, String> environment)
            throws IOException, InterruptedException {
        return finished(installation.run(tool, arguments, environment));
    }

    @Override
    public Finished shell(String commandLine) throws IOException, InterruptedException {
        return finished(Subprocess.run(
                List.of("/bin/sh", "-c", commandLine), Subprocess.Environment.TOOL, Map.of(), Optional.of(dataDir)));
    }

    private static Finished finished(Subprocess.Result result) {
        return new Finished(result.exitCode(), result.stdout(), result.stderr());
    }
}
