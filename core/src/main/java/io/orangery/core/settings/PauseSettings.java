package io.orangery.core.settings;

import io.orangery.core.citus.CitusEvent.OnBlockers;
import java.time.Duration;

/**
 * The section {@code orangery.pause}: how writes to a worker group are held while it changes its primary. A worker's settings count for
 * planned changes, those of the coordinator's leader for crashes.
 *
 * @param moveReads reads move to a standby before the primary stops
 * @param onBlockers what becomes of transactions that keep the locks longer than {@code retry_timeout}
 * @param holdOnCrash how long writes to a group whose primary has crashed wait for its successor instead of failing; zero: not at all
 * @param readsOnCrash meanwhile reads move to a standby that has every acknowledged commit; only ever in quorum mode
 */
public record PauseSettings(boolean moveReads, OnBlockers onBlockers, Duration holdOnCrash, boolean readsOnCrash) {
    public static final PauseSettings DEFAULT =
            new PauseSettings(true, OnBlockers.TERMINATE, Duration.ofSeconds(60), true);
}
