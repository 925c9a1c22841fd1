package io.orangery.formation.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;

/**
 * One planned change of the disturbed group, and what its applications went through until all was well again.
 *
 * @param number from 1 on, switchovers and restarts counted apart
 * @param refusals how often the request was refused, and repeated, before it was accepted
 * @param problem why it did not complete; empty when it did
 * @param took from the request to its answer, or from the first step by hand to the last
 * @param settled from the request until all was well
 * @param steps what whoever made the change says about it; empty when he says nothing
 */
record Round(
        int number, int refusals, String problem, Duration took, Duration settled, Window window, ObjectNode steps) {

    boolean isComplete() {
        return problem.isEmpty();
    }

    /** What figures are made of: a change that did not take place, or did not end, says nothing about how long one takes. */
    static List<Round> complete(List<Round> rounds) {
        return rounds.stream().filter(Round::isComplete).toList();
    }

    /** The longest wait of a write to the group. */
    Duration pause() {
        return window.longest(Kind.WRITE, Load.DISTURBED);
    }

    /** The longest wait for a row that is read in the group, until it could be read. */
    Duration longestRead() {
        return window.longest(Kind.READ, Load.DISTURBED);
    }

    /** The longest wait of a write to the other group. */
    Duration otherGroup() {
        return window.longest(Kind.WRITE, Load.OTHER);
    }
}
