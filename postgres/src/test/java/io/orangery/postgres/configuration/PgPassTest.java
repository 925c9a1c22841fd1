package io.orangery.postgres.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings.Credentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PgPassTest {
    private static final HostPort SERVER = new HostPort("fe80::1", 5432);

    private static Credentials login(String user, String password) {
        return new Credentials(Optional.of(user), Optional.of(password), Map.of());
    }

    @Test
    void fieldsComeBackAsTheyWentIn() {
        for (long seed = 0; seed < 3000; seed++) {
            var text = new RandomText(seed, "\n\r");
            var user = text.next();
            var password = "p" + text.next();
            var line = PgPass.lines(login(user, password), SERVER).getFirst();
            assertThat(fields(line))
                    .as("seed %d: <%s>", seed, line)
                    .isEqualTo(List.of("fe80::1", "5432", "*", user, password));
            assertThat(fields(PgPass.withoutPassword(line)))
                    .as("seed %d: <%s>", seed, line)
                    .isEqualTo(List.of("fe80::1", "5432", "*", user));
        }
    }

    /** As libpq's {@code passwordFromFile} takes a line apart. */
    private static List<String> fields(String line) {
        var fields = new ArrayList<String>();
        var field = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char letter = line.charAt(i);
            if (letter == '\\') {
                field.append(line.charAt(++i));
            } else if (letter == ':') {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(letter);
            }
        }
        fields.add(field.toString());
        return fields;
    }

    @Test
    void hasNoLineWithoutPassword() {
        assertThat(PgPass.lines(Credentials.NONE, SERVER)).isEmpty();
        assertThat(PgPass.lines(login("u", ""), SERVER)).isEmpty();
    }

    @Test
    void refusesALineBreakWithoutShowingThePassword() {
        assertThatThrownBy(() -> PgPass.lines(login("u", "hidden\nhost:*:*:*:other"), SERVER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("hidden");
    }
}
