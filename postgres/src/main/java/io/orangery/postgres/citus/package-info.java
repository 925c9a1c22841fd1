/** The coordinator's {@code pg_dist_node}: the port that topology uses, and its JDBC side. */
package io.orangery.postgres.citus;
