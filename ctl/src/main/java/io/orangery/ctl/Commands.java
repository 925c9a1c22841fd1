package io.orangery.ctl;

import static io.orangery.ctl.Syntax.CANDIDATE;
import static io.orangery.ctl.Syntax.CLUSTER;
import static io.orangery.ctl.Syntax.CLUSTERS;
import static io.orangery.ctl.Syntax.FORCE;
import static io.orangery.ctl.Syntax.GROUP;
import static io.orangery.ctl.Syntax.MEMBERS;
import static io.orangery.ctl.Syntax.OPTIONAL_CLUSTER;
import static io.orangery.ctl.Syntax.ROLE;
import static io.orangery.ctl.Syntax.SCHEDULED;
import static io.orangery.ctl.Syntax.WAIT;
import static io.orangery.ctl.Syntax.WATCH;
import static io.orangery.ctl.Syntax.WATCH_TWO;

import io.orangery.ctl.Syntax.Option;
import io.orangery.ctl.Syntax.Positional;
import java.util.List;
import java.util.Optional;

/** The commands, in alphabetical order as the help lists them. */
enum Commands {
    DEMOTE_CLUSTER("demote-cluster", "Demote cluster to a standby cluster"),
    DSN("dsn", "Generate a dsn for the provided member, defaults to a dsn of the leader"),
    EDIT_CONFIG(
            "edit-config",
            "Edit cluster configuration",
            EditConfigCommand::run,
            List.of(OPTIONAL_CLUSTER),
            GROUP,
            Option.flag("Do not show changes", "--quiet", "-q"),
            Option.texts("Set specific configuration value. Can be specified multiple times", "--set", "-s"),
            Option.texts(
                    "Set specific PostgreSQL parameter value. Shorthand for -s postgresql.parameters.", "--pg", "-p"),
            Option.text("FILE", "Apply configuration from file. Use - for stdin.", "--apply"),
            Option.text(
                    "FILE",
                    "Apply configuration from file, replacing existing configuration. Use - for stdin.",
                    "--replace"),
            FORCE),
    FAILOVER(
            "failover",
            "Failover to a replica",
            SwitchoverCommand::failover,
            List.of(OPTIONAL_CLUSTER),
            GROUP,
            CANDIDATE,
            FORCE),
    FLUSH("flush", "Discard scheduled events"),
    HISTORY("history", "Show the history of failovers/switchovers"),
    LIST(
            "list",
            "List the Patroni members for a given Patroni",
            ListCommand::list,
            List.of(CLUSTERS),
            GROUP,
            Option.flag("Show some extra information", "--extended", "-e"),
            Option.flag("Print timestamp", "--timestamp", "-t"),
            Option.text("[pretty|tsv|json|yaml|yml]", "Output format", "--format", "-f"),
            WATCH_TWO,
            WATCH),
    PAUSE("pause", "Disable auto failover", PauseCommand::pause, List.of(OPTIONAL_CLUSTER), GROUP, WAIT),
    PROMOTE_CLUSTER("promote-cluster", "Promote cluster, make it run standalone"),
    QUERY("query", "Query a Patroni PostgreSQL member"),
    REINIT(
            "reinit",
            "Reinitialize cluster member",
            ReinitCommand::run,
            List.of(CLUSTER, MEMBERS),
            GROUP,
            FORCE,
            Option.flag("Get basebackup from leader", "--from-leader"),
            Option.flag("Wait until reinitialization completes", "--wait")),
    RELOAD(
            "reload",
            "Reload cluster member configuration",
            ReloadCommand::run,
            List.of(CLUSTER, MEMBERS),
            GROUP,
            ROLE,
            FORCE),
    REMOVE("remove", "Remove cluster from DCS"),
    RESTART(
            "restart",
            "Restart cluster member",
            RestartCommand::run,
            List.of(CLUSTER, MEMBERS),
            GROUP,
            ROLE,
            Option.flag("Restart a single member only", "--any"),
            SCHEDULED,
            Option.text("TEXT", "Restart if the PostgreSQL version is less than provided (e.g. 9.5.2)", "--pg-version"),
            Option.flag("Restart if pending", "--pending"),
            Option.text(
                    "TEXT",
                    "Return error and fail over if necessary when restarting takes longer than this.",
                    "--timeout"),
            FORCE),
    RESUME("resume", "Resume auto failover", PauseCommand::resume, List.of(OPTIONAL_CLUSTER), GROUP, WAIT),
    SHOW_CONFIG("show-config", "Show cluster configuration", ShowConfigCommand::run, List.of(OPTIONAL_CLUSTER), GROUP),
    SWITCHOVER(
            "switchover",
            "Switchover to a replica",
            SwitchoverCommand::switchover,
            List.of(OPTIONAL_CLUSTER),
            GROUP,
            Option.text("TEXT", "The name of the current leader", "--leader", "--primary"),
            CANDIDATE,
            SCHEDULED,
            FORCE),
    TOPOLOGY(
            "topology",
            "Prints ASCII topology for given cluster",
            ListCommand::topology,
            List.of(CLUSTERS),
            GROUP,
            WATCH_TWO,
            WATCH),
    VERSION(
            "version",
            "Output version of patronictl command or a running Patroni instance",
            VersionCommand::run,
            List.of(OPTIONAL_CLUSTER, MEMBERS),
            GROUP);

    /** What a command does with its arguments. Failures are exceptions or told to the terminal. */
    interface Work {
        void run(Session session, Arguments arguments);
    }

    private final Syntax syntax;
    private final Optional<Work> work;

    /** Known, but left for a later release. */
    Commands(String name, String help) {
        this.syntax = new Syntax(name, help, List.of(), List.of());
        this.work = Optional.empty();
    }

    Commands(String name, String help, Work work, List<Positional> positionals, Option... options) {
        this.syntax = new Syntax(name, help, List.of(options), positionals);
        this.work = Optional.of(work);
    }

    Syntax syntax() {
        return syntax;
    }

    /** Empty: not in this release. */
    Optional<Work> work() {
        return work;
    }

    static Optional<Commands> named(String name) {
        for (Commands command : values()) {
            if (command.syntax.name().equals(name)) {
                return Optional.of(command);
            }
        }
        return Optional.empty();
    }
}
