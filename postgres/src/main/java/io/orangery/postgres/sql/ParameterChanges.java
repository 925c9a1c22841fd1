package io.orangery.postgres.sql;

import io.orangery.core.cluster.MemberData.ChangedParameter;
import io.orangery.postgres.configuration.EffectiveParameters;
import io.orangery.postgres.configuration.ParameterTable;
import io.orangery.postgres.configuration.Quantity;
import io.orangery.postgres.configuration.RecoveryParameters;
import io.orangery.postgres.configuration.ServerVersion;
import io.orangery.postgres.configuration.Wanted;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wanted parameters against those of a running server (ha-behaviour 31.4). */
public final class ParameterChanges {
    private static final Logger LOG = LoggerFactory.getLogger(ParameterChanges.class);
    /** Pages of 8 kB in a WAL segment of the usual 16 MB. */
    private static final long USUAL_SEGMENT_PAGES = 2048;

    /** What this very connection overrides (statement_timeout, search_path, ...) is taken from the files instead. */
    private static final String ROWS = """
            SELECT name, unit, vartype, context,
                   CASE WHEN source IN ('client', 'session')
                        THEN coalesce((SELECT f.setting FROM pg_file_settings f
                                       WHERE lower(f.name) = lower(s.name) AND f.error IS NULL ORDER BY f.seqno DESC LIMIT 1), s.boot_val)
                        ELSE s.setting END AS setting,
                   CASE WHEN sourcefile = ? THEN 'managed' ELSE source END AS source
            FROM pg_settings s
            """;

    private ParameterChanges() {}

    /**
     * @param reload the files must be written and PostgreSQL reloaded
     * @param pendingRestart parameters that will wait for a restart then
     */
    public record Result(boolean reload, Map<String, ChangedParameter> pendingRestart) {}

    /** One row of {@code pg_settings}. */
    private record Row(String name, String value, String unit, String type, String context, String source) {
        boolean restarts() {
            return context.equals("postmaster");
        }

        String readable(String text) {
            return type.equals("integer") ? Quantity.readable(text, unit) : text;
        }
    }

    /**
     * Compares by type and unit, so that {@code 128MB} equals 16384 pages of 8 kB.
     *
     * <p>A parameter that the managed file sets and that is not wanted any more counts as changed too.
     */
    public static Result compare(Connection connection, Wanted wanted) throws SQLException {
        var rows = rows(connection, wanted);
        var parameters = EffectiveParameters.of(wanted);
        var usable = usable(parameters.all(), wanted.version());
        var pending = new LinkedHashMap<String, ChangedParameter>();
        boolean reload = false;
        for (var entry : usable.entrySet()) {
            var name = entry.getKey();
            var row = Optional.ofNullable(rows.get(name.toLowerCase(Locale.ROOT)));
            if (skipped(name)
                    || row.filter(found -> found.context().equals("internal")).isPresent()) {
                continue;
            }
            if (row.isEmpty()) {
                reload |= unknown(connection, name, entry.getValue());
            } else if (!same(row.get(), entry.getValue(), rows)) {
                reload = true;
                if (row.get().restarts()) {
                    pending.put(name, changed(row.get(), entry.getValue()));
                }
            }
        }
        reload |= removed(rows, usable, pending);
        // Started with more than configured (4.3): still waiting for a start with less.
        pending.putAll(parameters.raised());
        return new Result(reload, pending);
    }

    /** As they would be written: a value that is left out or moved into its range is no change each time. */
    private static Map<String, String> usable(Map<String, String> parameters, ServerVersion version) {
        var usable = new TreeMap<String, String>();
        parameters.forEach((name, value) ->
                ParameterTable.known().usable(name, value, version).ifPresent(good -> usable.put(name, good)));
        return usable;
    }

    /** Access files are compared by their content when they are written; hot_standby is fixed. */
    private static boolean skipped(String name) {
        return RecoveryParameters.contains(name)
                || name.equals("hot_standby")
                || name.equals("hba_file")
                || name.equals("ident_file");
    }

    /** No row. With a dot it belongs to an extension that is not loaded in this session: text against text. */
    private static boolean unknown(Connection connection, String name, String value) throws SQLException {
        if (!name.contains(".")) {
            LOG.warn("postgresql.parameters.{} is left out: the server does not know it", name);
            return false;
        }
        try (var statement = connection.prepareStatement("SELECT current_setting(?, true)")) {
            statement.setString(1, name);
            try (var row = statement.executeQuery()) {
                return !row.next() || !value.equals(row.getString(1));
            }
        }
    }

    private static boolean same(Row row, String wanted, Map<String, Row> rows) {
        if (row.name().equals("wal_buffers") && wanted.strip().equals("-1")) {
            return Quantity.same("integer", row.unit(), row.value(), defaultWalBuffers(rows));
        }
        if (row.name().contains(".") && row.type().equals("string")) {
            return row.value().equals(wanted);
        }
        return Quantity.same(row.type(), row.unit(), row.value(), wanted);
    }

    /** As {@code XLOGChooseNumBuffers} computes it: a 32nd of shared_buffers, at most one WAL segment, at least 8 pages. */
    private static String defaultWalBuffers(Map<String, Row> rows) {
        long shared = Optional.ofNullable(rows.get("shared_buffers"))
                .flatMap(row -> Quantity.integer(row.value(), ""))
                .map(BigDecimal::longValue)
                .orElse(0L);
        long segmentPages = Optional.ofNullable(rows.get("wal_segment_size"))
                .flatMap(row -> Quantity.integer(row.value(), ""))
                .map(bytes -> bytes.longValue() / 8192)
                .orElse(USUAL_SEGMENT_PAGES);
        return Long.toString(Math.max(8, Math.min(shared / 32, segmentPages)));
    }

    private static boolean removed(
            Map<String, Row> rows, Map<String, String> wanted, Map<String, ChangedParameter> pending) {
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(wanted.keySet());
        boolean any = false;
        for (var row : rows.values()) {
            if (row.source().equals("managed") && !names.contains(row.name()) && !skipped(row.name())) {
                any = true;
                if (row.restarts()) {
                    pending.put(row.name(), new ChangedParameter(row.readable(row.value()), ""));
                }
            }
        }
        return any;
    }

    private static ChangedParameter changed(Row row, String wanted) {
        return new ChangedParameter(row.readable(row.value()), row.readable(wanted));
    }

    /** Lower-case name to row; {@code source} is {@code managed} for what the agent's own file sets. */
    private static Map<String, Row> rows(Connection connection, Wanted wanted) throws SQLException {
        var settings = wanted.settings();
        var managed = settings.configDir()
                .resolve(settings.configBaseName() + ".conf")
                .toString();
        var rows = new TreeMap<String, Row>();
        try (var statement = connection.prepareStatement(ROWS)) {
            statement.setString(1, managed);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    var read = row(row);
                    rows.put(read.name().toLowerCase(Locale.ROOT), read);
                }
            }
        }
        return rows;
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString("name"),
                text(row.getString("setting")),
                text(row.getString("unit")),
                row.getString("vartype"),
                row.getString("context"),
                text(row.getString("source")));
    }

    /**
     * What waits for a restart after a reload.
     *
     * @param nextValue what {@code postgres -C name} prints, {@code ?} when it fails
     */
    public static Map<String, ChangedParameter> pendingRestart(Connection connection, UnaryOperator<String> nextValue)
            throws SQLException {
        var pending = new LinkedHashMap<String, ChangedParameter>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(
                        "SELECT name, setting, coalesce(unit, '') AS unit, vartype FROM pg_settings WHERE pending_restart ORDER BY name")) {
            while (row.next()) {
                var name = row.getString("name");
                if (!RecoveryParameters.contains(name) && !name.equals("hot_standby")) {
                    var unit = row.getString("vartype").equals("integer") ? row.getString("unit") : "";
                    pending.put(
                            name,
                            new ChangedParameter(
                                    Quantity.readable(text(row.getString("setting")), unit),
                                    Quantity.readable(nextValue.apply(name), unit)));
                }
            }
        }
        return pending;
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }
}
