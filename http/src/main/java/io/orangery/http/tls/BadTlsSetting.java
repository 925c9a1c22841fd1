package io.orangery.http.tls;

/** TLS cannot be set up as configured. The message names the file and what is wrong with it. */
public final class BadTlsSetting extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadTlsSetting(String message) {
        super(message);
    }

    BadTlsSetting(String message, Throwable cause) {
        super(message, cause);
    }
}
