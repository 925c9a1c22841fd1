/**
 * {@link io.orangery.dcs.Dcs} over any store that has revisions, leases, transactions and watches as etcd has them. The algorithm is here,
 * once; what differs between etcd and the in-memory store is behind {@link io.orangery.dcs.keyvalue.KeyValueStore}. So the simulation, which
 * uses the in-memory store, exercises the code that talks to etcd in production.
 */
package io.orangery.dcs.keyvalue;
