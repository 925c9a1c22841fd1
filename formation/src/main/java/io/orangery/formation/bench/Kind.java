package io.orangery.formation.bench;

/** What a client of the load does, all the time. */
enum Kind {
    /** One row, in autocommit. */
    WRITE("write"),
    /** One row, in autocommit. */
    READ("read"),
    /** {@code BEGIN; SELECT; UPDATE; COMMIT}. */
    TRANSACTION("transaction"),
    /** {@code SELECT ... FOR UPDATE} in autocommit; Orangery does not promise that it survives a switchover. */
    LOCKING_READ("SELECT FOR UPDATE");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    String inWords() {
        return words;
    }
}
