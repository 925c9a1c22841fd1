package io.orangery.postgres.configuration;

import io.orangery.core.settings.PostgresSettings;
import java.nio.file.Path;

/** Places of {@code pg_hba.conf} and {@code pg_ident.conf}. */
final class AccessFiles {
    private AccessFiles() {}

    static Path hbaFile(PostgresSettings settings) {
        return configured(settings, "hba_file", "pg_hba.conf");
    }

    static Path identFile(PostgresSettings settings) {
        return configured(settings, "ident_file", "pg_ident.conf");
    }

    /** False: the operator keeps the file elsewhere and the agent does not write it. */
    static boolean managesHba(PostgresSettings settings) {
        return hbaFile(settings)
                .equals(settings.configDir().resolve("pg_hba.conf").normalize());
    }

    static boolean managesIdent(PostgresSettings settings) {
        return identFile(settings)
                .equals(settings.configDir().resolve("pg_ident.conf").normalize());
    }

    private static Path configured(PostgresSettings settings, String parameter, String fileName) {
        var value = settings.parameters().getOrDefault(parameter, "");
        return settings.configDir().resolve(value.isEmpty() ? fileName : value).normalize();
    }
}
