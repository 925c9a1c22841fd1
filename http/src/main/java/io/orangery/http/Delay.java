package io.orangery.http;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The port to waiting without a thread. */
public interface Delay {
    /** Completes after this time. */
    CompletionStage<Void> of(Duration time);
}
