package io.orangery.http;

import io.orangery.core.cluster.Member;
import io.orangery.core.policy.PeerAnswer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Asks another member for its status. Any thread; never blocks; completes normally within the limit. */
public interface PeerStatus {
    CompletionStage<PeerAnswer> status(Member member, Duration limit);

    /**
     * How long writes were held for the last change that this member has carried out, in milliseconds, in total and by what. Empty: it does not
     * say, because there was none, it is not over, or the agent knows no such thing.
     */
    CompletionStage<Map<String, Long>> lastPause(Member member, Duration limit);
}
