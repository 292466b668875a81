package io.posel.store;

import java.sql.SQLException;

/** Something that shall be done to webhooks or deliveries, by their only writer. May run twice if a commit is unclear. */
@FunctionalInterface
public interface Wish {

    /** @return how many rows it concerned */
    int apply(Transaction transaction) throws SQLException;

    /** A wish that writes at most so many rows: what shares its transaction is bounded by it. */
    static Wish of(int rows, Wish wish) {
        return new Weighed(rows, false, wish);
    }

    /** The same for one that takes {@link Places}: their lock must come first in whatever transaction it shares. */
    static Wish queueing(int rows, Wish wish) {
        return new Weighed(rows, true, wish);
    }

    /** A wish with what is known of it. */
    record Weighed(int weight, boolean queues, Wish wish) implements Wish {
        @Override
        public int apply(Transaction transaction) throws SQLException {
            return wish.apply(transaction);
        }

        @Override
        public void committed() {
            wish.committed();
        }
    }

    /** What it changes in memory: called by the writer after the commit, in the order of the writes. */
    default void committed() {}

    /** Whether it puts deliveries into the queue. */
    default boolean queues() {
        return false;
    }

    /** How many rows it writes at most. */
    default int weight() {
        return 1;
    }
}
