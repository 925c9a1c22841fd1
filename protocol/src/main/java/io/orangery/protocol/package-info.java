/** Messages that cross a JVM boundary, records kept in the DCS, bodies of the HTTP API. */
package io.orangery.protocol;
