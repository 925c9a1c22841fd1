/** Starts whole formations of real processes on loopback, for the demo, the benchmark and the end-to-end tests. */
package io.orangery.formation;
