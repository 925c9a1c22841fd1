package io.orangery.formation.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * Everything that was measured of one contestant.
 *
 * @param name of the contestant
 * @param citusVersion as the coordinator said it; empty when it was not measured
 * @param acknowledged rows
 * @param lost acknowledged rows that are missing at the end
 * @param remarks why there are fewer rounds than were asked for, or none; empty when there are all of them
 * @param failure why the measurement could not be made or finished; empty when it could
 */
record Figures(
        String name,
        String citusVersion,
        List<Round> switchovers,
        List<Round> restarts,
        int acknowledged,
        int lost,
        List<String> remarks,
        String failure) {

    static Figures skipped(String name, String why) {
        return new Figures(name, "", List.of(), List.of(), 0, 0, List.of(why), "");
    }

    static Figures failed(String name, String why) {
        return new Figures(name, "", List.of(), List.of(), 0, 0, List.of(), why);
    }

    /** Nothing failed to complete and nothing was lost; how long it took does not matter. */
    boolean isSound() {
        return failure.isEmpty()
                && lost == 0
                && Stream.concat(switchovers.stream(), restarts.stream()).allMatch(Round::isComplete);
    }
}
