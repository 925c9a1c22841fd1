package io.orangery.formation;

import io.orangery.formation.Narrator.StepFailed;
import io.orangery.formation.NodeRest.MemberLine;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What the demo shows, chapter by chapter, on a formation that has been prepared. Runs on one thread. */
final class DemoStory {

    private static final Duration COMES_UP = Duration.ofMinutes(5);
    private static final Duration SETTLES = Duration.ofMinutes(3);
    private static final Duration CALM = Duration.ofSeconds(3);
    private static final int WRITERS = 4;
    private static final String TABLE = "story";

    private final LoopbackFormation formation;
    private final FormationHealth health;
    private final NodeRest rest;
    private final Narrator narrator;

    DemoStory(LoopbackFormation formation, Narrator narrator) {
        this.formation = formation;
        this.health = new FormationHealth(formation);
        this.rest = formation.rest();
        this.narrator = narrator;
    }

    /**
     * Tells the whole story.
     *
     * @throws StepFailed when a step fails or a row is lost
     */
    void tell() throws StepFailed, IOException, SQLException {
        comeUp();
        createTable();
        try (SteadyWriter writer = SteadyWriter.start(formation::connectToCoordinator, TABLE, WRITERS)) {
            narrator.chapter(
                    WRITERS + " connections insert rows through the coordinator, from now on and all the time");
            letItWrite(writer);
            List<FormationNode> group = formation.group(groupToDisturb());
            switchOver(writer, group);
            loseHost(writer, group);
            writer.stop();
            checkRows(writer);
        }
    }

    /** The first worker group; the only group when there are no workers. */
    private int groupToDisturb() {
        return formation.groups().size() > 1 ? 1 : 0;
    }

    private void comeUp() throws StepFailed, IOException, SQLException {
        narrator.chapter("The formation comes up: " + formation.nodes().size() + " agents, leases in "
                + formation.dcs().description());
        formation.startNodes();
        Duration took = narrator.await("the formation", COMES_UP, health::missing);
        narrator.say("up after " + Narrator.seconds(took));
        narrator.show(MemberTable.of(health.members()));
        if (formation.plan().hasCitus()) {
            narrator.say("select citus_version():  " + query("SELECT citus_version()"));
        }
    }

    private void createTable() throws SQLException {
        execute("CREATE TABLE " + TABLE + " (id bigint PRIMARY KEY, written timestamptz NOT NULL DEFAULT now())");
        if (formation.plan().hasCitus() && formation.groups().size() > 1) {
            query("SELECT create_distributed_table('" + TABLE + "', 'id')");
            narrator.say("table \"" + TABLE + "\" is distributed over "
                    + (formation.groups().size() - 1) + " worker groups");
        }
    }

    private void letItWrite(SteadyWriter writer) throws StepFailed {
        writer.startWindow();
        Await.pause(CALM);
        tellWrites(writer);
        if (writer.report().rows() == 0) {
            throw new StepFailed("no row was acknowledged");
        }
    }

    private void switchOver(SteadyWriter writer, List<FormationNode> group) throws StepFailed, IOException {
        if (group.size() < 2) {
            narrator.chapter("No switchover: group " + group.getFirst().group() + " has one member");
            return;
        }
        String leader = leaderOf(group);
        String candidate = standbyOf(group);
        narrator.chapter(
                "Switchover of group " + group.getFirst().group() + ": " + leader + " hands over to " + candidate);
        writer.startWindow();
        NodeRest.Reply reply = rest.switchover(formation.node(leader), leader, candidate);
        narrator.say("POST /switchover: " + reply.status() + " " + reply.body().strip());
        if (!reply.succeeded()) {
            throw new StepFailed("the switchover was refused");
        }
        narrator.await("the end of the switchover", SETTLES, health::missing);
        Await.pause(CALM);
        tellWrites(writer);
        narrator.show(MemberTable.of(health.members()));
    }

    private void loseHost(SteadyWriter writer, List<FormationNode> group) throws StepFailed, IOException {
        FormationNode victim = formation.node(leaderOf(group));
        narrator.chapter("The host of " + victim.name() + " dies: kill -9 of its agent and its PostgreSQL");
        writer.startWindow();
        victim.killHost();
        if (group.size() > 1) {
            tellFailover(writer, group, victim);
        }
        narrator.chapter(victim.name() + " is started again");
        victim.start();
        Duration rejoined = narrator.await("the return of " + victim.name(), SETTLES, health::missing);
        narrator.say(victim.name() + " has rejoined by itself after " + Narrator.seconds(rejoined));
        narrator.show(MemberTable.of(health.members()));
    }

    private void tellFailover(SteadyWriter writer, List<FormationNode> group, FormationNode victim) throws StepFailed {
        Duration ttl = formation.plan().ttl();
        List<FormationNode> survivors =
                group.stream().filter(node -> node != victim).toList();
        Duration lease = narrator.await(
                "the end of " + victim.name() + "'s lease",
                SETTLES,
                () -> rest.members(survivors).stream()
                                .anyMatch(line -> line.isLeader() && line.name().equals(victim.name()))
                        ? "its lease is still valid: nobody may take over before it ends (ttl " + ttl.toSeconds()
                                + " s)"
                        : "");
        int before = writer.acknowledgedRows();
        Duration takeover = narrator.await("a new primary", SETTLES, () -> {
            String leader = rest.leader(survivors).orElse("");
            boolean writes = writer.acknowledgedRows() > before + WRITERS;
            return leader.isEmpty() ? "no leader yet" : writes ? "" : leader + " leads, writes are still waiting";
        });
        Await.pause(CALM);
        tellWrites(writer);
        narrator.say("of this outage, " + Narrator.seconds(lease) + " were the rest of the dead primary's lease (ttl "
                + ttl.toSeconds() + " s); election, promotion and the new address took " + Narrator.seconds(takeover));
        narrator.show(MemberTable.of(health.members()));
    }

    private void checkRows(SteadyWriter writer) throws StepFailed, SQLException {
        narrator.chapter("Is every acknowledged row there?");
        List<Integer> missing = writer.missing();
        if (!missing.isEmpty()) {
            throw new StepFailed(missing.size() + " of " + writer.acknowledgedRows()
                    + " acknowledged rows are lost, the first with id " + missing.getFirst());
        }
        narrator.say("yes: " + writer.acknowledgedRows() + " rows acknowledged, 0 lost");
    }

    private void tellWrites(SteadyWriter writer) {
        SteadyWriter.Report report = writer.report();
        narrator.say("writes in these " + Narrator.seconds(report.length()) + ": " + report.rows() + " acknowledged, "
                + report.failed() + " failed attempts, the longest wait of a row "
                + Narrator.seconds(report.longestWait()));
        for (Map.Entry<String, Integer> failure : report.failures().entrySet()) {
            narrator.say("   " + failure.getValue() + " x " + failure.getKey());
        }
    }

    private String leaderOf(List<FormationNode> group) throws StepFailed {
        return rest.leader(group)
                .orElseThrow(() -> new StepFailed("group " + group.getFirst().group() + " has no leader"));
    }

    private String standbyOf(List<FormationNode> group) throws StepFailed {
        return rest.members(group).stream()
                .filter(line -> !line.isLeader() && line.isWell())
                .map(MemberLine::name)
                .findFirst()
                .orElseThrow(() -> new StepFailed("group " + group.getFirst().group() + " has no streaming standby"));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = formation.connectToCoordinator();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = formation.connectToCoordinator();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }
}
