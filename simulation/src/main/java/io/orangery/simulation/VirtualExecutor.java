package io.orangery.simulation;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Hands the runnables of a dispatcher to the queue of the virtual clock: each is an event of the present instant. */
final class VirtualExecutor extends AbstractExecutorService {
    private final VirtualScheduler scheduler;
    private boolean shutDown;

    private VirtualExecutor(VirtualScheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Named in the dispatcher's configuration; Akka makes it by reflection. */
    public static final class Configurator extends ExecutorServiceConfigurator {
        private final VirtualScheduler scheduler;

        public Configurator(Config config, DispatcherPrerequisites prerequisites) {
            super(config, prerequisites);
            this.scheduler = (VirtualScheduler) prerequisites.scheduler();
        }

        @Override
        public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
            return () -> new VirtualExecutor(scheduler);
        }
    }

    @Override
    public void execute(Runnable task) {
        scheduler.execute(task);
    }

    @Override
    public void shutdown() {
        shutDown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutDown = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutDown;
    }

    @Override
    public boolean isTerminated() {
        return shutDown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutDown;
    }
}
