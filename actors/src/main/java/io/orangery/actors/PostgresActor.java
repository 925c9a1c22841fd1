package io.orangery.actors;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.postgres.LocalPostgres;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Watches the local PostgreSQL: looks when asked, when something happened to it, and at least once a second while it changes. Never more than
 * one look at a time; looks that were asked for meanwhile become one more.
 */
public final class PostgresActor extends AbstractOnMessageBehavior<PostgresActor.Command> {
    /** Messages. */
    public sealed interface Command {}

    /**
     * Look now.
     *
     * @param withReplication also at WAL senders: for leaders
     */
    public record Look(boolean withReplication) implements Command {}

    private record Looked(PostgresSeen seen) implements Command {}

    private record LookFailed(Throwable cause) implements Command {}

    private record Happened(LocalPostgres.Event event) implements Command {}

    /** A server that is starting is looked at this often: its own word is the only event there is. */
    private static final Duration WHILE_STARTING = Duration.ofMillis(200);

    public static Behavior<Command> create(LocalPostgres postgres, Consumer<PostgresSeen> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            postgres.onEvent(event -> context.getSelf().tell(new Happened(event)));
            return new PostgresActor(context, timers, postgres, listener);
        }));
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final LocalPostgres postgres;
    private final Consumer<PostgresSeen> listener;
    private boolean looking;
    private boolean lookAgain;
    private boolean withReplication;

    private PostgresActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            LocalPostgres postgres,
            Consumer<PostgresSeen> listener) {
        super(context);
        context.setLoggerName(PostgresActor.class);
        this.context = context;
        this.timers = timers;
        this.postgres = postgres;
        this.listener = listener;
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Look look -> onLook(look);
            case Looked looked -> onLooked(looked);
            case LookFailed failed -> onLookFailed(failed);
            case Happened happened -> onHappened(happened);
        }
        return this;
    }

    private void onLook(Look look) {
        withReplication = look.withReplication();
        if (looking) {
            lookAgain = true;
            return;
        }
        looking = true;
        context.pipeToSelf(
                postgres.look(withReplication),
                (seen, failure) -> failure == null ? new Looked(seen) : new LookFailed(failure));
    }

    private void onLooked(Looked looked) {
        listener.accept(looked.seen());
        done();
        if (looked.seen().starting()) {
            timers.startSingleTimer("starting", new Look(withReplication), WHILE_STARTING);
        }
    }

    private void onLookFailed(LookFailed failed) {
        context.getLog().error("looking at PostgreSQL failed", failed.cause());
        done();
    }

    private void done() {
        looking = false;
        if (lookAgain) {
            lookAgain = false;
            context.getSelf().tell(new Look(withReplication));
        }
    }

    private void onHappened(Happened happened) {
        switch (happened.event()) {
            case LocalPostgres.Event.PostmasterExited exited ->
                context.getLog().warn("postmaster {} has exited", exited.pid());
            case LocalPostgres.Event.Changed changed -> {}
        }
        context.getSelf().tell(new Look(withReplication));
    }
}
