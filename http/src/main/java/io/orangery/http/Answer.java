package io.orangery.http;

import io.orangery.protocol.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a resource answers.
 *
 * @param headers beside those of every answer
 */
record Answer(int status, Content content, String body, Map<String, String> headers) {
    /** Forms of bodies (rest-api 2.2). */
    enum Content {
        JSON,
        /** Metrics. */
        PLAIN,
        /** Plain text announced as HTML, as the reference does: some scripts assert it (rest-api 19, C13). */
        TEXT,
        /** The HTML error page. */
        PAGE,
        /** Status line only. */
        NONE
    }

    /** No answer at all: the connection is closed, so that tools go on to the next member (rest-api 2.7). */
    static final Answer DROPPED = new Answer(0, Content.NONE, "", Map.of());

    static Answer json(int status, Object value) {
        return new Answer(status, Content.JSON, Json.write(value), Map.of());
    }

    static Answer text(int status, String text) {
        return new Answer(status, Content.TEXT, text, Map.of());
    }

    static Answer status(int status) {
        return new Answer(status, Content.NONE, "", Map.of());
    }

    /** The HTML error page with a reason. */
    static Answer page(int status, String why) {
        return new Answer(status, Content.PAGE, ErrorPage.of(status, why), Map.of());
    }

    /**
     * With the account of how long writes were held, in a header: the texts of these answers are part of the interface. Unchanged when there is
     * none.
     */
    Answer withPause(Map<String, Long> millis) {
        if (millis.isEmpty()) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put("Orangery-Pause", Json.write(millis));
        return new Answer(status, content, body, Map.copyOf(more));
    }

    boolean dropped() {
        return status == 0;
    }
}
