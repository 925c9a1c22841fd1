/** Bringing a data directory that left the leader's history back to it. Everything here blocks. */
package io.orangery.postgres.rewind;
