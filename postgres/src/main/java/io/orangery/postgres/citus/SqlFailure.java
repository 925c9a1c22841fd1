package io.orangery.postgres.citus;

import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import java.sql.SQLException;

/** Turns what the driver throws into values. */
final class SqlFailure {
    private SqlFailure() {}

    /** Something that talks to a server. */
    interface Call<T> {
        T run() throws SQLException;
    }

    static <T> Result<T> catching(Call<T> call) {
        try {
            return Result.done(call.run());
        } catch (SQLException failure) {
            return Result.failed(cause(failure), text(failure));
        } catch (RuntimeException failure) {
            // such as a row of pg_dist_node that breaks what we believe of it
            return Result.failed(Cause.OTHER, text(failure));
        }
    }

    /** By the SQLSTATE (PostgreSQL manual, appendix A). */
    static Cause cause(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        return switch (state) {
            case "40P01" -> Cause.DEADLOCK;
            case "55P03", "57014" -> Cause.LOCKS;
            case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04" -> Cause.CONNECTION;
            default -> state.startsWith("08") ? Cause.CONNECTION : Cause.OTHER;
        };
    }

    /** One line. */
    static String text(Exception failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return message.strip().replaceAll("\\s*\\n\\s*", "; ");
    }
}
