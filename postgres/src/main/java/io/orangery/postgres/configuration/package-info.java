/** What PostgreSQL is told through files and its command line: rendering, reading back and comparing. Knows no processes. */
package io.orangery.postgres.configuration;
