package io.orangery.http;

import io.orangery.protocol.Json;
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

    boolean dropped() {
        return status == 0;
    }
}
