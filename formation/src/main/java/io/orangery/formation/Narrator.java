package io.orangery.formation;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/** Prints what is going on line by line, each with the seconds since the start. */
public final class Narrator {

    /** While something takes long a line comes at least this often. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    private final PrintStream out;
    private final long start = Await.now();

    public Narrator(PrintStream out) {
        this.out = out;
    }

    public void chapter(String title) {
        out.println();
        say("== " + title);
    }

    public void say(String line) {
        out.printf(Locale.ROOT, "%6.1f  %s%n", Await.since(start).toMillis() / 1000.0, line);
        out.flush();
    }

    /** Several lines without a time. */
    public void show(String block) {
        block.lines().forEach(line -> out.println("        " + line));
        out.flush();
    }

    /**
     * Waits until nothing is missing, and tells what is whenever that changes.
     *
     * @param missing what is not there yet, in a few words; empty when all is well
     * @return how long it took
     * @throws StepFailed when something is still missing after {@code longest}
     */
    public Duration await(String what, Duration longest, Supplier<String> missing) throws StepFailed {
        long begin = Await.now();
        long lastLine = begin;
        String last = "";
        while (true) {
            String now = missing.get();
            if (now.isEmpty()) {
                return Await.since(begin);
            }
            if (Await.since(begin).compareTo(longest) > 0) {
                throw new StepFailed(what + " has not happened within " + longest.toSeconds() + " s: " + now);
            }
            if (!now.equals(last) && Await.since(lastLine).compareTo(Duration.ofSeconds(1)) > 0
                    || Await.since(lastLine).compareTo(QUIET) > 0) {
                say("   ... " + now);
                last = now;
                lastLine = Await.now();
            }
            Await.pause(Duration.ofMillis(100));
        }
    }

    public static String seconds(Duration time) {
        return time.compareTo(Duration.ofSeconds(1)) < 0
                ? time.toMillis() + " ms"
                : String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    /** What is being told cannot go on; the message says why, for people. */
    public static final class StepFailed extends Exception {
        private static final long serialVersionUID = 1;

        public StepFailed(String why) {
            super(why);
        }
    }
}
