/** Programs, processes, signals and the data directory as files. Knows no SQL and writes no configuration. */
package io.orangery.postgres.process;
