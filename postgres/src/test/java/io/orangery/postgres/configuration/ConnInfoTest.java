package io.orangery.postgres.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnInfoTest {
    @Test
    void whateverIsRenderedIsReadBack() {
        for (long seed = 0; seed < 3000; seed++) {
            var text = new RandomText(seed, "");
            var keywords = new LinkedHashMap<String, String>();
            keywords.put("user", text.next());
            keywords.put("host", text.next());
            keywords.put("application_name", text.next());
            keywords.put("unlisted", text.next());
            var rendered = ConnInfo.render(keywords);
            assertThat(ConnInfo.parse(rendered))
                    .as("seed %d: <%s>", seed, rendered)
                    .isEqualTo(Optional.of(keywords));
        }
    }

    @Test
    void survivesTheConfigurationFileToo() {
        for (long seed = 0; seed < 3000; seed++) {
            var value = new RandomText(seed, "\u000b\f").next();
            var line = "primary_conninfo = " + Quoting.quote(value);
            assertThat(line).as("seed %d", seed).doesNotContain("\n");
            assertThat(Quoting.parse(line).map(Quoting.Line::value))
                    .as("seed %d: %s", seed, line)
                    .contains(value);
        }
    }

    @Test
    void readsWhatLibpqReads() {
        assertThat(ConnInfo.parse(" host = 'a b'  port=5432 password='it\\'s' "))
                .contains(Map.of("host", "a b", "port", "5432", "password", "it's"));
        assertThat(ConnInfo.parse("")).contains(Map.of());
        assertThat(ConnInfo.parse("dbname=")).contains(Map.of("dbname", ""));
    }

    @Test
    void saysWhenTextIsNoConnectionString() {
        assertThat(ConnInfo.parse("host")).isEmpty();
        assertThat(ConnInfo.parse("host localhost=1")).isEmpty();
        assertThat(ConnInfo.parse("host='open")).isEmpty();
        assertThat(ConnInfo.parse("=x")).isEmpty();
    }

    @Test
    void neverHoldsAPassword() {
        var settings = new SampleSettings().build();
        var server = new HostPort("::1", 5432);
        var version = ServerVersion.ofMajor(18);
        assertThat(ConnInfo.primary(settings, version, server))
                .doesNotContain("secret")
                .contains("passfile=/srv/demo/pgpass");
        assertThat(ConnInfo.forTool(version, settings.rewind(), server, Optional.of("postgres")))
                .isEqualTo("dbname=postgres user=rewinder host=::1 port=5432");
    }
}
