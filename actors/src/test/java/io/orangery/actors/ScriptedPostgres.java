package io.orangery.actors;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.LocalPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Answers every command at once with success, except those that {@link #hangs} names: they end only by being cancelled, if at all. */
final class ScriptedPostgres implements LocalPostgres {
    final List<String> asked = new ArrayList<>();
    final Set<String> hangs = new HashSet<>();
    final Set<String> fails = new HashSet<>();
    Supplier<PostgresSeen> seen = () -> {
        throw new UnsupportedOperationException("not meant to be looked at");
    };
    boolean follows = true;
    int cancels;
    Consumer<Event> listener = event -> {};
    private Optional<CompletableFuture<Outcome>> running = Optional.empty();

    private CompletionStage<Outcome> command(String name) {
        CompletableFuture<Outcome> outcome = beside(name).toCompletableFuture();
        running = Optional.of(outcome);
        return outcome;
    }

    private CompletionStage<Outcome> beside(String name) {
        asked.add(name);
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        if (fails.contains(name)) {
            outcome.complete(new Outcome.Failed(name + " does not work"));
        } else if (!hangs.contains(name)) {
            outcome.complete(new Outcome.Ok());
        }
        return outcome;
    }

    @Override
    public CompletionStage<Void> cancel() {
        cancels++;
        running.ifPresent(outcome -> outcome.complete(new Outcome.Cancelled()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void configure(PostgresSettings settings) {}

    @Override
    public CompletionStage<PostgresSeen> look(boolean withReplication) {
        asked.add("look");
        return hangs.contains("look") ? new CompletableFuture<>() : CompletableFuture.completedFuture(seen.get());
    }

    @Override
    public void onEvent(Consumer<Event> consumer) {
        listener = consumer;
    }

    @Override
    public CompletionStage<Outcome> adopt() {
        return command("adopt");
    }

    @Override
    public CompletionStage<Outcome> initdb(BootstrapSettings bootstrap) {
        return command("initdb");
    }

    @Override
    public CompletionStage<Outcome> postBootstrap(BootstrapSettings bootstrap, Optional<CitusSettings> citus) {
        return command("postBootstrap");
    }

    @Override
    public CompletionStage<Outcome> discardFailedBootstrap() {
        return command("discardFailedBootstrap");
    }

    @Override
    public CompletionStage<Outcome> clone(Upstream source, boolean onlyBasebackup) {
        return command("clone");
    }

    @Override
    public CompletionStage<Outcome> startPrimary(Duration timeout) {
        return command("startPrimary");
    }

    @Override
    public CompletionStage<Outcome> follow(Optional<Upstream> upstream, Role role, Optional<Duration> timeout) {
        return command("follow");
    }

    @Override
    public boolean follows(Optional<Upstream> upstream) {
        return follows;
    }

    @Override
    public CompletionStage<Outcome> prePromote() {
        return command("prePromote");
    }

    @Override
    public CompletionStage<Outcome> prepareToLead(Optional<String> synchronousNames, Duration conflictLimit) {
        return beside("prepareToLead");
    }

    @Override
    public CompletionStage<Outcome> endPreparation() {
        return beside("endPreparation");
    }

    @Override
    public CompletionStage<Boolean> awaitQuiet(Duration limit) {
        return beside("awaitQuiet").thenApply(Outcome::ok);
    }

    @Override
    public CompletionStage<Optional<Lsn>> awaitStreamEnd(Duration limit) {
        return beside("awaitStreamEnd").thenApply(ended -> Optional.empty());
    }

    @Override
    public CompletionStage<Outcome> promote(Duration limit) {
        return command("promote");
    }

    @Override
    public CompletionStage<Outcome> checkpoint(int times) {
        return beside("checkpoint");
    }

    @Override
    public CompletionStage<Outcome> beforeStop() {
        return beside("beforeStop");
    }

    @Override
    public CompletionStage<Stopped> stop(StopMode mode, Optional<Duration> timeout, boolean published) {
        return command("stop " + mode).thenApply(outcome -> switch (outcome) {
            case Outcome.Ok ok -> new Stopped.Cleanly(new Lsn(1000), new Lsn(1000), 1);
            case Outcome.StillStarting none -> new Stopped.Ended();
            case Outcome.Failed(String why) -> new Stopped.Failed(why);
            case Outcome.Cancelled cancelled -> new Stopped.Failed("cancelled while it was stopping");
        });
    }

    @Override
    public CompletionStage<Outcome> restart(Duration startTimeout) {
        return command("restart");
    }

    @Override
    public CompletionStage<Divergence> checkDivergence(Upstream leader) {
        return command("checkDivergence").thenApply(outcome -> new Divergence.NotNeeded());
    }

    @Override
    public CompletionStage<Boolean> rewindPossible() {
        return command("rewindPossible").thenApply(Outcome::ok);
    }

    @Override
    public CompletionStage<Outcome> rewind(Upstream leader) {
        return command("rewind");
    }

    @Override
    public CompletionStage<Outcome> singleUserRecovery() {
        return command("singleUserRecovery");
    }

    @Override
    public CompletionStage<Outcome> removeDataDirectory() {
        return command("removeDataDirectory");
    }

    @Override
    public CompletionStage<Outcome> reload() {
        return beside("reload");
    }

    @Override
    public CompletionStage<Outcome> setSynchronousStandbyNames(Optional<String> value) {
        return beside("setSynchronousStandbyNames");
    }

    @Override
    public CompletionStage<Outcome> generateWal() {
        return beside("generateWal");
    }

    @Override
    public CompletionStage<Outcome> keepSlots(SlotPlan plan) {
        return beside("keepSlots");
    }

    @Override
    public CompletionStage<HistoryFile> history(int timeline) {
        return CompletableFuture.completedFuture(new HistoryFile(List.of(), Optional.empty()));
    }

    @Override
    public void callback(String action, Role role) {
        asked.add("callback " + action);
    }

    @Override
    public void assumeRole(Role role) {}

    @Override
    public void close() {}
}
