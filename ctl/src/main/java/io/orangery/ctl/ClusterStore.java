package io.orangery.ctl;

import io.orangery.config.CtlConfiguration;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.Extent;
import io.orangery.ctl.cluster.GroupSeen;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsProvider.InvalidDcsSection;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.Tree;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** The keys of one scope, read linearizably and written; blocking, with an end. */
final class ClusterStore implements AutoCloseable {
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration LOOP_WAIT = Duration.ofSeconds(10);
    private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(10);
    /** The port promises an answer within a second more than its own time; what exceeds this is a defect of the plugin. */
    private static final Duration LONGEST_ANSWER = RETRY_TIMEOUT.plusSeconds(5);

    private final String scope;
    private final Extent extent;
    private final String endpoint;
    private final Dcs dcs;

    private ClusterStore(String scope, Extent extent, String endpoint, Dcs dcs) {
        this.scope = scope;
        this.extent = extent;
        this.endpoint = endpoint;
        this.dcs = dcs;
    }

    static ClusterStore open(CtlConfiguration configuration, Stores stores, String scope, Extent extent) {
        String section = configuration.requiredDcsSection(stores.sections());
        var settings = new DcsSettings(
                configuration.dcs(),
                section,
                configuration.namespace(),
                scope,
                extent.single(),
                extent instanceof Extent.AllGroups,
                Optional.empty(),
                TTL,
                LOOP_WAIT,
                RETRY_TIMEOUT);
        try {
            return new ClusterStore(scope, extent, endpoint(configuration, section), stores.open(settings));
        } catch (InvalidDcsSection invalid) {
            throw new CommandFailed(invalid.getMessage());
        }
    }

    /** @throws CommandFailed the store did not answer in time */
    ClusterSeen read() {
        return switch (answer(dcs.readLinearizable())) {
            case Answer.Done<Tree>(Tree tree) -> ClusterSeen.of(scope, extent, keys(tree));
            case Answer.Refused<Tree>(String why) -> throw unreachable(why);
            case Answer.Unreachable<Tree>(String why) -> throw unreachable(why);
        };
    }

    /** Records a request for the agents of a group, whatever stood there. */
    void writeFailover(GroupSeen group, String json) {
        switch (answer(dcs.write(group.path() + "failover", json, Condition.always()))) {
            case Answer.Done<Long> done -> {}
            case Answer.Refused<Long>(String why) ->
                throw new CommandFailed("The failover key was not written: " + why);
            case Answer.Unreachable<Long>(String why) -> throw unreachable(why);
        }
    }

    /** @return false: somebody else has changed it since it was read */
    boolean replaceConfig(GroupSeen group, String json) {
        long version = group.view().config().orElseThrow().version();
        return switch (answer(dcs.write(group.path() + "config", json, Condition.version(version)))) {
            case Answer.Done<Long> done -> true;
            case Answer.Refused<Long> conflict -> false;
            case Answer.Unreachable<Long>(String why) -> throw unreachable(why);
        };
    }

    @Override
    public void close() {
        dcs.close();
    }

    private <T> Answer<T> answer(CompletionStage<Answer<T>> stage) {
        try {
            return stage.toCompletableFuture().get(LONGEST_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            return Answer.unreachable("no answer within " + LONGEST_ANSWER.toSeconds() + " seconds");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Aborted();
        } catch (ExecutionException defect) {
            throw new IllegalStateException("the store's plugin failed: " + defect.getCause(), defect.getCause());
        }
    }

    private CommandFailed unreachable(String why) {
        return new CommandFailed("Can not reach the distributed configuration store " + endpoint + ": "
                + why.lines().findFirst().orElse("no reason given"));
    }

    private static SortedMap<String, StoredKey> keys(Tree tree) {
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        tree.entries()
                .forEach((path, entry) -> keys.put(
                        path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        return keys;
    }

    /** Section and addresses, without credentials. */
    private static String endpoint(CtlConfiguration configuration, String section) {
        return Stream.of("hosts", "host", "url", "srv")
                .map(key -> configuration.dcs().get(key))
                .filter(Objects::nonNull)
                .findFirst()
                .map(value -> value instanceof List<?> list
                        ? String.join(",", list.stream().map(String::valueOf).toList())
                        : value.toString())
                .map(address -> section + " at " + address.replaceAll("//[^/@]*@", "//"))
                .orElse(section);
    }
}
