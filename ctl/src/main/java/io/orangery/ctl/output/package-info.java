/** How the command line prints: tables, JSON, YAML and differences, byte for byte as scripts know them. Pure, except for the stream. */
package io.orangery.ctl.output;
