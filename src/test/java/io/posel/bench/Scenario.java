package io.posel.bench;

/** What runs by itself, with a database and processes of its own. */
interface Scenario {
    /** As in {@code -Dbench.only}; of several, in a row. */
    String name();

    /** How long it is thought to take with the settings that go without saying; only shares of time come from it. */
    double seconds();

    void measure(Bench bench) throws Exception;
}
