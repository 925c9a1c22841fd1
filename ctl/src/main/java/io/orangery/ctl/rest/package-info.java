/** Calls of the command line to the REST API of members. */
package io.orangery.ctl.rest;
