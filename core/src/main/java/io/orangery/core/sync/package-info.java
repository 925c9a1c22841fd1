/**
 * Synchronous replication: what stands in {@code synchronous_standby_names} and in {@code /sync}, and in which order both may change
 * so that no acknowledged commit is lost (ha-behaviour 20 to 22). Pure: no clock, no logger, nothing waits.
 */
package io.orangery.core.sync;
