package io.orangery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.policy.PeerAnswer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rest-api 7.7. */
class PeerStatusJsonTest {

    private static PeerAnswer.Answered read(String document) {
        return (PeerAnswer.Answered) PeerStatusJson.read(document.replace('\'', '"'));
    }

    /** A member that is not in recovery stops every other from promoting, so this must not be missed, in any spelling. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "{'role':'primary','xlog':{'location':5}}|false|5",
                "{'role':'master','xlog':{'location':5}}|false|5",
                "{'role':'replica','xlog':{'location':5}}|false|5",
                "{'role':'primary','xlog':{}}|false|0",
                "{'role':'replica','xlog':{'received_location':7,'replayed_location':5}}|true|7",
                "{'role':'replica','xlog':{'received_location':0,'replayed_location':5}}|true|5",
                "{'role':'standby_leader','wal':{'received_location':9}}|true|9",
                "{'role':'replica','xlog':{'location':0,'received_location':null}}|true|0",
            },
            delimiter = '|')
    void whoIsAPrimaryAndHowFar(String document, boolean inRecovery, long position) {
        assertThat(read(document).inRecovery()).isEqualTo(inRecovery);
        assertThat(read(document).position().bytes()).isEqualTo(position);
    }

    @Test
    void theRestOfWhatCounts() {
        PeerAnswer.Answered answer =
                read("{'state':'running','role':'replica','xlog':{'replayed_location':5},'timeline':4,"
                        + "'tags':{'nofailover':true},'watchdog_failed':true,'database_system_identifier':'77111'}");
        assertThat(answer.running()).isTrue();
        assertThat(answer.timeline()).isEqualTo(4);
        assertThat(answer.tags().noFailover()).isTrue();
        assertThat(answer.watchdogFailed()).isTrue();
        assertThat(answer.systemIdentifier()).contains("77111");
        assertThat(read("{'state':'starting','xlog':{},'timeline':null}").timeline())
                .isZero();
    }

    @Test
    void onlyOrangerysAgentsSayWhetherTheyArePrepared() {
        assertThat(read("{'xlog':{'location':5},'orangery':{'prepared_to_lead':true}}")
                        .prepared())
                .contains(true);
        assertThat(read("{'xlog':{'location':5},'orangery':{}}").prepared()).contains(false);
        assertThat(read("{'xlog':{'location':5}}").prepared()).isEmpty();
    }

    @Test
    void theLastPauseIsReadWhereThereIsOne() {
        assertThat(PeerStatusJson.lastPause(
                        "{\"orangery\":{\"last_pause_ms\":{\"total\":182,\"locks\":6,\"x\":\"y\"}}}"))
                .isEqualTo(Map.of("total", 182L, "locks", 6L));
        for (String document : List.of("", "[]", "{}", "{\"orangery\":7}", "{\"orangery\":{\"last_pause_ms\":7}}")) {
            assertThat(PeerStatusJson.lastPause(document)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "{}", "{\"xlog\":7}", "{\"role\":\"primary\",\"state\":\"unknown\"}"})
    void withoutPositionsItIsNotReachable(String document) {
        assertThat(PeerStatusJson.read(document)).isInstanceOf(PeerAnswer.Silent.class);
    }
}
