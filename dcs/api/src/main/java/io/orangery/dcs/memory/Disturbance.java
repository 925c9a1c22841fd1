package io.orangery.dcs.memory;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * What goes wrong on the way between one connection and the store. Set by the test or simulation, from any thread; read when a message is
 * sent and when it arrives.
 */
public final class Disturbance {
    private volatile Supplier<Duration> requestDelay = () -> Duration.ZERO;
    private volatile Supplier<Duration> replyDelay = () -> Duration.ZERO;
    private volatile Supplier<Duration> watchDelay = () -> Duration.ZERO;
    private volatile boolean connected = true;
    private int requestsToLose;
    private int repliesToLose;
    private volatile Runnable breakWatches = () -> {};
    private volatile boolean watchStalled;

    /** Time of a request on its way; asked anew for each. Beyond the time for a try the request still takes effect, late. */
    public void delayRequests(Supplier<Duration> delay) {
        requestDelay = delay;
    }

    /** Time of a reply on its way; asked anew for each. */
    public void delayReplies(Supplier<Duration> delay) {
        replyDelay = delay;
    }

    /** Time of the events of a change on their way; asked anew for each. Their order is kept. */
    public void delayWatch(Supplier<Duration> delay) {
        watchDelay = delay;
    }

    /** Neither requests, replies nor events arrive, and nobody says so: the view stays as it was until a request fails. */
    public void disconnect() {
        connected = false;
    }

    /** Ends {@link #disconnect()}. The watch turns out to be broken. */
    public void reconnect() {
        connected = true;
        breakWatches.run();
    }

    /** The next requests never arrive: without effect. */
    public synchronized void loseRequests(int count) {
        requestsToLose = count;
    }

    /** The next requests take effect but their replies are lost. */
    public synchronized void loseReplies(int count) {
        repliesToLose = count;
    }

    /** Events are lost without a sign until {@link #breakWatch()}; requests work. */
    public void stallWatch() {
        watchStalled = true;
    }

    /** The watch breaks, visibly. Ends {@link #stallWatch()}. */
    public void breakWatch() {
        watchStalled = false;
        breakWatches.run();
    }

    Duration nextRequestDelay() {
        return requestDelay.get();
    }

    Duration nextReplyDelay() {
        return replyDelay.get();
    }

    Duration nextWatchDelay() {
        return watchDelay.get();
    }

    synchronized boolean takesRequest() {
        if (requestsToLose > 0) {
            requestsToLose--;
            return false;
        }
        return connected;
    }

    synchronized boolean takesReply() {
        if (repliesToLose > 0) {
            repliesToLose--;
            return false;
        }
        return connected;
    }

    boolean takesEvents() {
        return connected && !watchStalled;
    }

    /** How the connection hears that its watches are broken. */
    void onBreak(Runnable handler) {
        breakWatches = handler;
    }
}
