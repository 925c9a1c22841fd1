package io.orangery.dcs.memory;

import io.orangery.core.time.Ticker;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.keyvalue.LeasedDcs;
import io.orangery.dcs.keyvalue.Scheduler;
import java.util.function.DoubleSupplier;

/**
 * One member's connection to an {@link InMemoryStore}. It is the code that talks to etcd, over a store and a network that are made up: all
 * that happens, happens in tasks of the scheduler, so under virtual time one thread runs everything and the same seed gives the same trace.
 */
public final class InMemoryDcs extends LeasedDcs {
    private final Disturbance disturbance;

    private InMemoryDcs(
            InMemoryConnection connection,
            DcsSettings settings,
            Ticker ticker,
            Scheduler scheduler,
            DoubleSupplier random,
            Disturbance disturbance) {
        super(connection, settings, ticker, scheduler, random);
        this.disturbance = disturbance;
    }

    /** @param random from 0 to 1, for the pauses between tries; from the simulation's seed */
    public static InMemoryDcs open(
            InMemoryStore store, DcsSettings settings, Ticker ticker, Scheduler scheduler, DoubleSupplier random) {
        Disturbance disturbance = new Disturbance();
        InMemoryConnection connection = new InMemoryConnection(store, scheduler, disturbance);
        return new InMemoryDcs(connection, settings, ticker, scheduler, random, disturbance);
    }

    /** Everything that can be made to go wrong between this connection and the store. */
    public Disturbance disturbance() {
        return disturbance;
    }
}
