/**
 * The fast path between Orangery agents: an Akka Cluster in an actor system of its own, which may be restarted at any time. High availability
 * never depends on it: whatever does not come by the mesh comes by REST and the store.
 */
package io.orangery.actors.mesh;
