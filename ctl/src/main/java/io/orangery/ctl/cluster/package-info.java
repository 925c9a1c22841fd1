/** What one read of the store says about a cluster or a formation, in the terms of the command line. Pure: no store, no console. */
package io.orangery.ctl.cluster;
