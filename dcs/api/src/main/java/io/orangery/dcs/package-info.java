/** The port to the store that holds the leader lease, an in-memory store, the contract every plugin must pass. */
package io.orangery.dcs;
