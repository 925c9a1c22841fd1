package io.orangery.actors;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Adapter;
import com.typesafe.config.ConfigFactory;
import io.orangery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;

/** Actors in the test's own thread, with a clock and timers that the test moves. */
final class HandMovedTime implements Ticker, AutoCloseable {
    private static final Duration STEP = Duration.ofMillis(100);

    final ActorTestKit testKit =
            ActorTestKit.create(ConfigFactory.parseString("""
            akka.loglevel = OFF
            akka.scheduler.implementation = "io.orangery.actors.HandMovedScheduler"
            akka.actor.default-dispatcher = { type = akka.testkit.CallingThreadDispatcherConfigurator }
            """).withFallback(ConfigFactory.load()));
    private final HandMovedScheduler timers =
            (HandMovedScheduler) Adapter.toClassic(testKit.system()).scheduler();
    private Duration now = Duration.ofHours(1);

    @Override
    public Duration now() {
        return now;
    }

    @Override
    public Instant wallClock() {
        return Instant.EPOCH;
    }

    <T> ActorRef<T> here(Behavior<T> behavior) {
        return testKit.spawn(behavior, DispatcherSelector.defaultDispatcher());
    }

    /** In small steps, so that what a timer does sees the time that it is due at. */
    void pass(Duration span) {
        Duration end = now.plus(span);
        while (now.compareTo(end) < 0) {
            Duration left = end.minus(now);
            Duration step = left.compareTo(STEP) < 0 ? left : STEP;
            now = now.plus(step);
            timers.timePasses(step.toNanos());
        }
    }

    /** The host is suspended: the clock goes on, the timers do not. */
    void suspend(Duration span) {
        now = now.plus(span);
    }

    @Override
    public void close() {
        Adapter.toClassic(testKit.system()).terminate();
    }
}
