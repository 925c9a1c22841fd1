/** A store without servers, for the simulation and for tests: its time and its troubles are in the hands of whoever runs it. */
package io.orangery.dcs.memory;
