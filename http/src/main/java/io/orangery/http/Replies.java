package io.orangery.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.ProductVersion;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.model.headers.Server;
import akka.util.ByteString;
import io.orangery.core.settings.RestApiSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** From answers to what goes over the wire (rest-api 2.2). Pure. */
final class Replies {
    private static final ContentType TEXT = MediaTypes.TEXT_HTML.toContentTypeWithMissingCharset();
    private static final ContentType PLAIN = MediaTypes.TEXT_PLAIN.toContentTypeWithMissingCharset();

    private Replies() {}

    static HttpResponse of(Answer answer, String method, RestApiSettings settings, String version) {
        return HttpResponse.create()
                .withStatus(status(answer, method))
                .withHeaders(headers(answer, settings, version))
                .withEntity(entity(answer));
    }

    private static StatusCode status(Answer answer, String method) {
        return answer.status() == 501 && answer.content() == Answer.Content.PAGE
                ? StatusCodes.custom(
                        501, "Unsupported method ('" + method + "')", ErrorPage.explanation(501), false, true)
                : StatusCodes.get(answer.status());
    }

    private static HttpEntity.Strict entity(Answer answer) {
        ByteString body = ByteString.fromString(answer.body());
        return switch (answer.content()) {
            case JSON -> HttpEntities.create(ContentTypes.APPLICATION_JSON, body);
            case PLAIN -> HttpEntities.create(PLAIN, body);
            case TEXT -> HttpEntities.create(TEXT, body);
            case PAGE -> HttpEntities.create(ContentTypes.TEXT_HTML_UTF8, body);
            case NONE -> HttpEntities.EMPTY;
        };
    }

    private static List<HttpHeader> headers(Answer answer, RestApiSettings settings, String version) {
        Map<String, String> extra = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        extra.putAll(settings.httpExtraHeaders());
        if (settings.tls()) {
            extra.putAll(settings.httpsExtraHeaders());
        }
        extra.putAll(answer.headers());
        List<HttpHeader> headers = new ArrayList<>();
        headers.add(Server.create(product(settings, version)));
        extra.forEach((name, value) -> headers.add(RawHeader.create(name, value)));
        return headers;
    }

    private static ProductVersion product(RestApiSettings settings, String version) {
        boolean minimal = settings.serverTokens()
                .filter(text -> text.toLowerCase(Locale.ROOT).equals("minimal"))
                .isPresent();
        return ProductVersion.create("Orangery", minimal ? version : "");
    }
}
