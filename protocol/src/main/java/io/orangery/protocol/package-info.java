/** What crosses the border of a JVM: records kept in the DCS, bodies of the HTTP API. Nothing here decides. */
package io.orangery.protocol;
