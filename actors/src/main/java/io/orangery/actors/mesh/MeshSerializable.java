package io.orangery.actors.mesh;

/** Marks what crosses to another JVM as an actor message; bound to Jackson CBOR in mesh.conf. */
interface MeshSerializable {}
