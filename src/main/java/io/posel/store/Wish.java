package io.posel.store;

import java.sql.Connection;
import java.sql.SQLException;

/** Something that shall be done to webhooks or deliveries, by their only writer. May run twice if a commit is unclear. */
@FunctionalInterface
public interface Wish {

    /** @return how many rows it concerned */
    int apply(Connection connection) throws SQLException;
}
