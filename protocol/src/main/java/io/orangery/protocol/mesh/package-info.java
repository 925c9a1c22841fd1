/** Messages between the mesh nodes of Orangery agents: versioned, additive, without any of Akka's types. */
package io.orangery.protocol.mesh;
