package io.orangery.formation.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.orangery.formation.Await;
import io.orangery.formation.FormationHealth;
import io.orangery.formation.FormationNode;
import io.orangery.formation.FormationPlan;
import io.orangery.formation.LoopbackFormation;
import io.orangery.formation.NodeRest;
import io.orangery.formation.NodeRest.MemberLine;
import io.orangery.formation.PostgresInstallation;
import io.orangery.formation.SteadyWriter.Connector;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** A formation that agents look after; changes are asked for over their REST API, which Orangery and Patroni have in common. */
final class Managed implements Contestant {

    /** What an agent says about the pause of a switchover: a JSON object, milliseconds by step. */
    private static final String PAUSE_HEADER = "Orangery-Pause";

    private static final int REFUSED = 412;
    private static final int MOST_REFUSALS = 3;
    private static final Duration AFTER_REFUSAL = Duration.ofSeconds(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final LoopbackFormation formation;
    private final FormationHealth health;
    private final NodeRest rest;

    private Managed(String name, LoopbackFormation formation) {
        this.name = name;
        this.formation = formation;
        this.health = new FormationHealth(formation);
        this.rest = formation.rest();
    }

    /** Starts the agents; they have not come up yet. */
    static Managed start(String name, FormationPlan plan, PostgresInstallation installed)
            throws IOException, TimeoutException {
        LoopbackFormation formation = LoopbackFormation.prepare(plan, installed);
        try {
            formation.startNodes();
            return new Managed(name, formation);
        } catch (IOException | RuntimeException failed) {
            formation.close();
            throw failed;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Connector coordinator() {
        return formation::connectToCoordinator;
    }

    @Override
    public String missing() {
        return health.missing();
    }

    @Override
    public Change switchOver() throws ChangeFailed, IOException {
        FormationNode leader = leader();
        String candidate = rest.members(group()).stream()
                .filter(line -> !line.isLeader() && line.isWell())
                .map(MemberLine::name)
                .findFirst()
                .orElseThrow(() -> new ChangeFailed("there is no streaming standby"));
        ObjectNode body = JSON.createObjectNode().put("leader", leader.name()).put("candidate", candidate);
        Change change = ask(leader, "/switchover", body);
        FormationNode now = leader();
        if (!now.name().equals(candidate)) {
            throw new ChangeFailed(now.name() + " leads after a switchover to " + candidate);
        }
        return change;
    }

    @Override
    public Change restart() throws ChangeFailed, IOException {
        return ask(leader(), "/restart", JSON.createObjectNode());
    }

    /** A refusal comes before anything has been done: the request is repeated some times, as an operator would. */
    private Change ask(FormationNode node, String path, ObjectNode body) throws ChangeFailed, IOException {
        // A connection that has been idle may have been closed by now, and the client does not repeat a POST: a GET
        // renews it.
        rest.status(node);
        HttpResponse<String> answer = rest.exchange(node, "POST", path, body.toString());
        int refusals = 0;
        while (answer.statusCode() == REFUSED && refusals < MOST_REFUSALS) {
            refusals++;
            Await.pause(AFTER_REFUSAL);
            answer = rest.exchange(node, "POST", path, body.toString());
        }
        if (answer.statusCode() != 200) {
            throw new ChangeFailed("POST " + path + ": " + answer.statusCode() + " "
                    + answer.body().strip());
        }
        ObjectNode steps =
                answer.headers().firstValue(PAUSE_HEADER).map(Managed::object).orElseGet(JSON::createObjectNode);
        return new Change(steps, refusals);
    }

    private static ObjectNode object(String header) {
        try {
            return JSON.readValue(header, ObjectNode.class);
        } catch (JsonProcessingException unknownForm) {
            return JSON.createObjectNode().put("text", header);
        }
    }

    private FormationNode leader() throws ChangeFailed {
        return rest.leader(group()).map(formation::node).orElseThrow(() -> new ChangeFailed("the group has no leader"));
    }

    private List<FormationNode> group() {
        return formation.group(Load.DISTURBED);
    }

    @Override
    public void close() {
        formation.close();
    }
}
