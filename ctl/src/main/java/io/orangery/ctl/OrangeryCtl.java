package io.orangery.ctl;

import io.orangery.config.CtlConfiguration;
import io.orangery.config.InvalidConfiguration;
import io.orangery.config.Yaml11;
import io.orangery.core.settings.ValueSyntax;
import io.orangery.ctl.rest.ClientTls;
import io.orangery.ctl.rest.MemberApi;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The command line {@code orangeryctl}, in place of {@code patronictl} 4.1.4: same arguments, same output, same exit codes.
 *
 * <p>Every call is one run, in the caller's thread. Threads of clients that it opened are told to end and need not have ended when it returns.
 */
public final class OrangeryCtl {
    private static final String PROGRAM = "orangeryctl";
    /** A failure that a node or the store reported; 0 unless truthful codes were asked for (ctl.md 5.3). */
    private static final int FAILURE_REPORTED = 3;

    private final Terminal terminal;
    private final Map<String, String> environment;
    private final Stores stores;
    private final Session.Pause pause;

    private OrangeryCtl(Terminal terminal, Map<String, String> environment, Stores stores, Session.Pause pause) {
        this.terminal = terminal;
        this.environment = environment;
        this.stores = stores;
        this.pause = pause;
    }

    /**
     * Runs one command.
     *
     * @param args without the program's name
     * @param env variables, the process's own or a test's
     * @param out results, tables and questions
     * @param err errors, usage and log lines
     * @param in answers to questions
     * @return the exit code of the process
     */
    public static int run(String[] args, Map<String, String> env, PrintStream out, PrintStream err, InputStream in) {
        // The clients of the stores log; a command has nothing to say but its result. Only counts before the first
        // logger is made.
        System.getProperties().putIfAbsent("logback.configurationFile", "io/orangery/ctl/logback-ctl.xml");
        return run(args, env, out, err, in, Stores.installed(), span -> Thread.sleep(span));
    }

    static int run(
            String[] args,
            Map<String, String> env,
            PrintStream out,
            PrintStream err,
            InputStream in,
            Stores stores,
            Session.Pause pause) {
        Terminal terminal = new Terminal(out, err, in, env);
        try {
            return new OrangeryCtl(terminal, env, stores, pause).run(List.of(args));
        } finally {
            out.flush();
            err.flush();
        }
    }

    private int run(List<String> words) {
        boolean strict = ValueSyntax.bool(environment.getOrDefault("ORANGERY_STRICT_EXIT", ""))
                .orElse(false);
        try {
            GlobalOptions globals = GlobalOptions.read(PROGRAM, words);
            if (globals.helpWanted() || globals.command().isEmpty()) {
                Help.ofProgram(PROGRAM).forEach(terminal::line);
                return 0;
            }
            strict |= globals.strictExit();
            run(globals);
            return strict && terminal.failureReported() ? FAILURE_REPORTED : 0;
        } catch (WrongUsage wrong) {
            terminal.error(wrong.text());
            return 2;
        } catch (CommandFailed | InvalidConfiguration | Yaml11.Malformed failed) {
            terminal.error("Error: " + failed.getMessage());
            return 1;
        } catch (UncheckedIOException unreadable) {
            terminal.error("Error: " + unreadable.getCause().getMessage());
            return 1;
        } catch (Aborted aborted) {
            terminal.error(aborted.getMessage());
            return 1;
        }
    }

    private void run(GlobalOptions globals) {
        String name = globals.command().orElseThrow();
        Commands command =
                Commands.named(name).orElseThrow(() -> GlobalOptions.wrong(PROGRAM, "No such command '" + name + "'."));
        CommandLineReader reader = new CommandLineReader(PROGRAM, command.syntax());
        if (command.work().isEmpty()) {
            throw reader.wrong("'" + name + "' is not in this release.");
        }
        Arguments arguments = reader.read(globals.rest());
        if (arguments.helpWanted()) {
            Help.of(PROGRAM, command.syntax()).forEach(terminal::line);
            return;
        }
        arguments.check();
        CtlConfiguration configuration = CtlConfiguration.load(
                new CtlConfiguration.Options(globals.configFile().map(Path::of), globals.dcsUrl(), globals.insecure()),
                environment,
                stores.sections());
        try (MemberApi api = api(configuration)) {
            command.work().get().run(new Session(terminal, configuration, stores, api, pause, environment), arguments);
        }
    }

    private MemberApi api(CtlConfiguration configuration) {
        var tls = new ClientTls(
                configuration.insecure(),
                configuration.cacert(),
                configuration.certfile(),
                configuration.keyfile(),
                configuration.keyfilePassword());
        return new MemberApi(tls, configuration.authentication(), terminal::warn);
    }
}
