/** The command line, over the DCS and the HTTP API. */
package io.orangery.ctl;
