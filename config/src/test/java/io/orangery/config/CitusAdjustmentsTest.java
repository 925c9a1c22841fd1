package io.orangery.config;

import static io.orangery.config.Sample.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.settings.SynchronousMode;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** citus.md 2. */
class CitusAdjustmentsTest {
    @ParameterizedTest
    @CsvSource({
        "'{}', citus",
        "'{shared_preload_libraries: \"pg_stat_statements,citus\"}', 'citus,pg_stat_statements'",
        "'{shared_preload_libraries: \" a, ,citus , b\"}', 'citus,a,b'",
    })
    void citusIsLoadedFirst(String parameters, String expected) {
        var settings =
                settings("{citus: {group: 1, database: app}, postgresql: {parameters: " + parameters + "}}", "{}");
        assertThat(settings.postgres().parameters())
                .containsEntry("shared_preload_libraries", expected)
                .containsEntry("wal_level", "logical")
                .containsEntry("max_prepared_transactions", "200")
                .containsEntry("citus.local_hostname", "localhost");
        assertThat(settings.postgres().preparedForCitus()).isTrue();
        assertThat(settings.citusWorker()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'{max_connections: \"150\", max_prepared_transactions: 0}', 300",
        "'{max_prepared_transactions: 7}', 7",
    })
    void citusNeedsPreparedTransactions(String parameters, String expected) {
        var settings = settings("{citus: {group: 0, database: app}}", "{postgresql: {parameters: " + parameters + "}}");
        assertThat(settings.postgres().parameters()).containsEntry("max_prepared_transactions", expected);
        assertThat(settings.coordinator()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'{listen: \"10.0.0.9:5432\"}', 10.0.0.9",
        "'{use_unix_socket: on}', localhost",
        "'{use_unix_socket: on, parameters: {unix_socket_directories: \"rel, /run/pg, /tmp\"}}', /run/pg",
        "'{use_unix_socket: on, listen: \"10.0.0.9:5432\", parameters: {unix_socket_directories: rel}}', 10.0.0.9",
    })
    void citusConnectsLocallyAsTheAgentDoes(String postgres, String expected) {
        var settings = settings("{citus: {group: 1, database: app}, postgresql: " + postgres + "}", "{}");
        assertThat(settings.postgres().parameters()).containsEntry("citus.local_hostname", expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'{}', QUORUM",
        "'{bootstrap: {dcs: {synchronous_mode: off}}}', OFF",
        "'{bootstrap: {dcs: {ttl: 30}}}', QUORUM"
    })
    void aCitusGroupStartsInQuorumModeUnlessToldOtherwise(String bootstrap, SynchronousMode expected) {
        var change =
                new DynamicDocument(Sample.parse("{citus: {group: 1, database: app}}")).patch(Sample.parse(bootstrap));
        var settings = Configuration.standard()
                .start(Sample.with(Yaml11.print(change.document().values())))
                .settings();
        assertThat(settings.bootstrap().present()).isTrue();
        assertThat(settings.bootstrap().dcs()).containsKey("synchronous_mode");
        assertThat(new DynamicReader(settings.bootstrap().dcs(), Map.of())
                        .settings(TimingLimits.WITHOUT_FENCE.adjust(new Values(Map.of())))
                        .synchronousMode())
                .isEqualTo(expected);
    }
}
