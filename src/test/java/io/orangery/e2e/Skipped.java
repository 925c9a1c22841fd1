package io.orangery.e2e;

import org.junit.jupiter.api.Assumptions;

/** Aborts a test with a reason that is also printed: Surefire's summary drops reasons given before the first test. */
final class Skipped {

    private Skipped() {}

    static <T> T because(String reason) {
        System.out.println("SKIPPED: " + reason);
        return Assumptions.abort(reason);
    }
}
