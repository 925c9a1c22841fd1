package io.orangery.actors;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Change;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Entry;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.Lease;
import io.orangery.dcs.Timing;
import io.orangery.dcs.Tree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A store that answers when the test says so, or never. Remembers what it was asked, in order. */
final class ScriptedStore implements Dcs {
    /** One request; {@code path} is empty unless a key was named. */
    record Asked<T>(String what, String path, CompletableFuture<Answer<T>> answer) {}

    final List<Asked<?>> asked = new ArrayList<>();
    /** Writes are answered at once with this; empty: never. */
    Optional<Answer<Long>> writes = Optional.of(Answer.done(1L));

    /** {@code path value if version}. */
    final List<String> written = new ArrayList<>();

    /** The keys of whichever other group is read. */
    Answer<Tree> anotherGroup = Answer.done(new Tree(new TreeMap<>()));

    Consumer<Change> listener = change -> {};

    /** Reads are answered at once with this; empty: never. */
    Optional<Tree> keys = Optional.empty();

    private <T> CompletionStage<Answer<T>> ask(String what, String path) {
        CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
        asked.add(new Asked<>(what, path, answer));
        return answer;
    }

    long count(String what) {
        return asked.stream().filter(each -> each.what().equals(what)).count();
    }

    List<String> names() {
        return asked.stream().map(Asked::what).toList();
    }

    /** Answers the latest request of this name. */
    @SuppressWarnings("unchecked")
    <T> void answer(String what, Answer<T> answer) {
        Asked<?> latest = asked.stream()
                .filter(each -> each.what().equals(what))
                .reduce((first, second) -> second)
                .orElseThrow();
        ((Asked<T>) latest).answer().complete(answer);
    }

    /** Whatever waits for an answer gets the one that it hopes for. */
    @SuppressWarnings("unchecked")
    void answerAll(Duration validFor) {
        for (Asked<?> each : List.copyOf(asked)) {
            if (each.answer().isDone()) {
                continue;
            }
            switch (each.what()) {
                case "acquire", "renew", "take" ->
                    ((Asked<Lease>) each).answer().complete(Answer.done(new Lease(validFor, 1, "session")));
                case "release", "touch", "delete" ->
                    ((Asked<Void>) each).answer().complete(Answer.done(null));
                default -> {}
            }
        }
    }

    void grant(String what, Duration validFor) {
        answer(what, Answer.done(new Lease(validFor, 1, "session")));
    }

    @Override
    public CompletionStage<Answer<Tree>> read() {
        return readNow("read");
    }

    @Override
    public CompletionStage<Answer<Tree>> readLinearizable() {
        return readNow("readLinearizable");
    }

    private CompletionStage<Answer<Tree>> readNow(String what) {
        CompletionStage<Answer<Tree>> answer = ask(what, "");
        keys.ifPresent(tree -> answer(what, Answer.done(tree)));
        return answer;
    }

    @Override
    public CompletionStage<Answer<Tree>> readGroup(int group) {
        return CompletableFuture.completedFuture(anotherGroup);
    }

    @Override
    public CompletionStage<Answer<Optional<Entry>>> readLeader(Optional<Integer> group) {
        return ask("readLeader", "");
    }

    @Override
    public CompletionStage<Answer<Lease>> acquireLeader() {
        return ask("acquire", "");
    }

    @Override
    public CompletionStage<Answer<Lease>> renewLeader() {
        return ask("renew", "");
    }

    @Override
    public CompletionStage<Answer<Lease>> takeLeader() {
        return ask("take", "");
    }

    @Override
    public CompletionStage<Answer<Void>> releaseLeader() {
        return ask("release", "");
    }

    @Override
    public CompletionStage<Answer<HandedOver>> handOver(HandOver handOver) {
        return ask("handOver", "");
    }

    @Override
    public CompletionStage<Answer<Void>> touchMember(String json) {
        return ask("touch", json);
    }

    @Override
    public CompletionStage<Answer<Long>> write(String key, String value, Condition condition) {
        written.add(key + " " + value
                + switch (condition) {
                    case Condition.Always always -> "";
                    case Condition.Absent absent -> " if absent";
                    case Condition.Version(long version) -> " if " + version;
                });
        CompletionStage<Answer<Long>> answer = ask("write", key);
        writes.ifPresent(done -> answer("write", done));
        return answer;
    }

    @Override
    public CompletionStage<Answer<Void>> delete(String key, Condition condition) {
        CompletionStage<Answer<Void>> answer = ask("delete", key);
        answer("delete", Answer.<Void>done(null));
        return answer;
    }

    @Override
    public CompletionStage<Answer<Void>> deleteCluster() {
        throw new UnsupportedOperationException("no actor deletes a cluster");
    }

    @Override
    public void onChange(Consumer<Change> consumer) {
        listener = consumer;
    }

    @Override
    public void retime(Timing timing) {}

    @Override
    public Duration grantedTtl() {
        return Duration.ofSeconds(20);
    }

    @Override
    public void close() {}
}
