package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolOptionsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[data-checksums, encoding: UTF8] | [--data-checksums, --encoding=UTF8]",
                "[wal-segsize: 64] | [--wal-segsize=64]",
                "{max-rate: 100M, verbose: null, label: ''} | [--max-rate=100M]",
                "[label: '\"bar baz\"'] | [--label=bar baz]",
                "[label: '\"bar\" baz'] | [--label=\"bar\" baz]",
                "null | []",
            })
    void becomeArguments(String yaml, String expected) {
        var options = ToolOptions.parse(Yaml11.parse(yaml), ToolOptions.REFUSED_BY_INITDB);
        assertThat(options.arguments()).hasToString(expected);
        assertThat(options.refused()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[pgdata: /x] | the option pgdata is set by the agent itself",
                "[[a]] | an entry is neither a text nor a mapping of one option to its value",
                "[{a: 1, b: 2}] | an entry is neither a text nor a mapping of one option to its value",
                "[a: [1]] | the value of the option a is not a text, a number or a boolean",
            })
    void areRefused(String yaml, String reason) {
        var options = ToolOptions.parse(Yaml11.parse(yaml), ToolOptions.REFUSED_BY_INITDB);
        assertThat(options.refused()).containsExactly(reason);
        assertThat(options.arguments()).isEmpty();
    }
}
