package io.posel.store;

import java.time.Duration;
import java.util.Properties;

/**
 * How long sessions of PostgreSQL may take. Set by Posel itself, since a role or a database may have others, made for
 * other programs. Zero is without a limit.
 *
 * @param statement for one statement; less than {@code silence}, so that the server ends it and not the connection
 * @param lock for one lock that somebody else holds
 * @param idle for a transaction in which nothing is asked, as that of a client that is gone and has locked rows
 * @param silence for an answer, after which the connection is given up
 */
record SessionLimits(Duration statement, Duration lock, Duration idle, Duration silence) {
    static final SessionLimits OWN = new SessionLimits(
            Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(30));

    /** A migration takes as long as the tables are large. */
    static final SessionLimits MIGRATION =
            new SessionLimits(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    static final Duration SILENCE_OF_SOURCES = Duration.ofMinutes(10);

    /** Properties of the driver: notices a server or a network that is gone without a word. */
    static Properties noticing(Duration silence) {
        Properties properties = new Properties();
        properties.setProperty("socketTimeout", String.valueOf(silence.toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        return properties;
    }

    String sql() {
        return "set statement_timeout = %d; set lock_timeout = %d; set idle_in_transaction_session_timeout = %d"
                .formatted(statement.toMillis(), lock.toMillis(), idle.toMillis());
    }
}
