package io.orangery.http;

import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.protocol.Json;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One request, as the resources see it.
 *
 * @param method upper case
 * @param path not decoded, a leading {@code //} collapsed (rest-api 2.3)
 * @param query decoded; of several values the first, empty ones left out (rest-api 2.4)
 * @param body read whole; its content type is never looked at (rest-api 2.5)
 * @param authorization header of this name
 * @param source empty when the connection is already gone
 * @param clientCertificate a certificate was presented, and the handshake has verified it
 */
record Call(
        String method,
        String path,
        Map<String, String> query,
        ByteString body,
        Optional<String> authorization,
        Optional<InetAddress> source,
        boolean clientCertificate) {

    /** What came of reading a body. */
    sealed interface Body {
        record Values(Map<String, Object> fields) implements Body {}

        record Bad(Answer answer) implements Body {}
    }

    /** The first segment of the path: the resource, whatever follows. */
    String resource() {
        int end = path.indexOf('/', 1);
        return path.substring(Math.min(1, path.length()), end < 0 ? path.length() : end);
    }

    /**
     * A body that must be there. No body counts as no length: the server does not tell {@code Content-Length: 0} from an absent one, so the 400
     * of rest-api 2.5 for the former is a 411 here.
     */
    Body mandatoryBody() {
        if (body.isEmpty()) {
            return new Body.Bad(Answer.page(411, "a request body is mandatory"));
        }
        Body read = optionalBody();
        return read instanceof Body.Values(Map<String, Object> fields) && fields.isEmpty()
                ? new Body.Bad(Answer.page(400, "the request body must be a JSON object with at least one field"))
                : read;
    }

    /** A body that may be left out. */
    Body optionalBody() {
        if (body.isEmpty()) {
            return new Body.Values(Map.of());
        }
        Optional<JsonNode> json =
                Json.parse(body.decodeString(StandardCharsets.UTF_8)).filter(JsonNode::isObject);
        return json.<Body>map(object ->
                        new Body.Values(Json.parseObject(object.toString()).orElseThrow()))
                .orElseGet(() -> new Body.Bad(Answer.page(400, "the request body is not a JSON object")));
    }

    static Map<String, String> query(String raw) {
        Map<String, String> values = new TreeMap<>();
        for (String pair : raw.split("&")) {
            int mark = pair.indexOf('=');
            if (mark > 0 && mark < pair.length() - 1) {
                values.putIfAbsent(decode(pair.substring(0, mark)), decode(pair.substring(mark + 1)));
            }
        }
        return values;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException badEscape) {
            return text;
        }
    }
}
