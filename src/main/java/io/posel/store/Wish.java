package io.posel.store;

import java.sql.SQLException;

/** Something that shall be done to webhooks or deliveries, by their only writer. May run twice if a commit is unclear. */
@FunctionalInterface
public interface Wish {

    /** @return how many rows it concerned */
    int apply(Transaction transaction) throws SQLException;

    /** The same wish for one that takes {@link Places}: their lock must come first in whatever transaction it shares. */
    static Wish queueing(Wish wish) {
        return new Wish() {
            @Override
            public int apply(Transaction transaction) throws SQLException {
                return wish.apply(transaction);
            }

            @Override
            public boolean queues() {
                return true;
            }

            @Override
            public void committed() {
                wish.committed();
            }
        };
    }

    /** What it changes in memory: called by the writer after the commit, in the order of the writes. */
    default void committed() {}

    /** Whether it puts deliveries into the queue. */
    default boolean queues() {
        return false;
    }
}
