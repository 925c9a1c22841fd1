/** What PostgreSQL is asked and told through connections. Everything here blocks and belongs on a thread of the adapter. */
package io.orangery.postgres.sql;
