/**
 * May a request of an operator be taken on? The checks of switchover, failover, restart and reinitialize, in the order and with the texts that
 * tools know (rest-api 11 to 13). Pure: whoever asks reads the keys, asks the members and writes what was admitted.
 */
package io.orangery.core.admission;
