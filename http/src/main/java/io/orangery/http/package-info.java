/**
 * The REST API: requests in, ask the node, answers out ({@link io.orangery.http.RestServer}). Knows no actors: the node is behind
 * {@link io.orangery.http.Agent}. Calls to other members are in {@code client}.
 */
package io.orangery.http;
