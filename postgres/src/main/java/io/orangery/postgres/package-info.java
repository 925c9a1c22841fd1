/** Starts, stops, promotes, rewinds, clones and probes the local PostgreSQL; the Citus statements. */
package io.orangery.postgres;
