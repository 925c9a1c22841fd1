package io.orangery.http;

import io.orangery.core.cluster.Member;
import io.orangery.core.policy.PeerAnswer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks another member for its status. Any thread; never blocks; completes normally within the limit. */
public interface PeerStatus {
    CompletionStage<PeerAnswer> status(Member member, Duration limit);
}
