package io.posel.bench;

/** One part of the table, with databases and processes of its own. */
interface Scenario {
    /** As in {@code -Dbench.only}. */
    String name();

    void measure(Bench bench) throws Exception;
}
