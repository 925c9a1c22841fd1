package io.orangery.dcs.zookeeper;

/** No server answered in time, or there is no connection. What was sent may have taken effect. */
final class Unanswered extends Exception {
    private static final long serialVersionUID = 1L;

    Unanswered(String why) {
        super(why, null, false, false);
    }
}
