package io.orangery.dcs.etcd;

/**
 * Recognises a server that is behind (dcs-layout 10.7): the term of its answers is lower than the highest one seen. Another cluster id means
 * another cluster, whose terms say nothing about the former one's. Any thread.
 */
final class RaftTerms {
    private long cluster;
    private long highest;

    synchronized boolean isCurrent(long ofCluster, long term) {
        if (ofCluster != cluster) {
            cluster = ofCluster;
            highest = term;
            return true;
        }
        highest = Math.max(highest, term);
        return term == highest;
    }
}
