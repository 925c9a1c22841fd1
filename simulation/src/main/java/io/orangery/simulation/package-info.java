/** A deterministic world: clock, network, store, PostgreSQL; invariants, seeds, scenario files. */
package io.orangery.simulation;
