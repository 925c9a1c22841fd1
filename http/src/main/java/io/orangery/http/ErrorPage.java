package io.orangery.http;

/** The HTML error page (rest-api 2.6). Clients look at its code, and at the explanation of 501. */
final class ErrorPage {
    private ErrorPage() {}

    static String of(int status, String why) {
        return """
                <!DOCTYPE HTML>
                <html lang="en">
                    <head><meta charset="utf-8"><title>Error response</title></head>
                    <body>
                        <h1>Error response</h1>
                        <p>Error code: %d</p>
                        <p>Message: %s.</p>
                        <p>Error code explanation: %d - %s.</p>
                    </body>
                </html>
                """.formatted(status, escaped(why), status, explanation(status));
    }

    static String explanation(int status) {
        return switch (status) {
            case 400 -> "Bad request syntax or unsupported method";
            case 409 -> "Request conflict";
            case 411 -> "Client must specify Content-Length";
            case 501 -> "Server does not support this operation";
            case 502 -> "Invalid responses from another server/proxy";
            case 503 -> "The server cannot process the request due to a high load";
            default -> "The request failed";
        };
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
