package io.orangery.simulation;

import akka.actor.ActorSystem;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Adapter;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;

/** One local actor system whose actors all run in the thread that runs the clock. It may serve one world after another. */
public final class SimulatedSystem implements AutoCloseable {
    private static final Duration TERMINATION = Duration.ofMinutes(1);

    private static final Config SETTINGS = ConfigFactory.parseString("""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              log-dead-letters = off
              jvm-shutdown-hooks = off
              coordinated-shutdown.run-by-jvm-shutdown-hook = off
              scheduler.implementation = "io.orangery.simulation.VirtualScheduler"
              actor {
                # One message at a time, so that the order is that of the queue and not of who still had messages.
                default-dispatcher {
                  executor = "io.orangery.simulation.VirtualExecutor$Configurator"
                  throughput = 1
                }
                internal-dispatcher = akka.actor.default-dispatcher
              }
            }
            """);

    private final ActorSystem system;
    private final VirtualScheduler scheduler;
    private long worlds;

    private SimulatedSystem(ActorSystem system) {
        this.system = system;
        this.scheduler = (VirtualScheduler) system.scheduler();
    }

    public static SimulatedSystem start() {
        Config settings = SETTINGS.withFallback(ConfigFactory.defaultReference());
        SimulatedSystem started = new SimulatedSystem(ActorSystem.create("simulation", settings));
        started.scheduler.takeOver();
        return started;
    }

    VirtualClock clock() {
        return scheduler.clock();
    }

    /** The calling thread becomes the only one; time begins anew. What an earlier world had planned is forgotten. */
    long beginWorld() {
        clock().restart();
        return ++worlds;
    }

    <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        return Adapter.spawn(system, behavior, name);
    }

    /** For questions whose answer nobody waits for. */
    <T> ActorRef<T> nobody() {
        return Adapter.toTyped(system).ignoreRef();
    }

    void stop(ActorRef<?> actor) {
        system.stop(Adapter.toClassic(actor));
    }

    @Override
    public void close() {
        clock().restart();
        var terminated = system.getWhenTerminated().toCompletableFuture();
        system.terminate();
        Duration end = clock().now().plus(TERMINATION);
        boolean more = true;
        while (more && !terminated.isDone()) {
            more = clock().runNext(end);
        }
    }
}
