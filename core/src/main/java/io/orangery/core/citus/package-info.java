/**
 * Which rows {@code pg_dist_node} should have, how to get there, and when a group's writes are held (citus 8 to 13). Pure: no clock, no
 * SQL, nothing waits.
 */
package io.orangery.core.citus;
