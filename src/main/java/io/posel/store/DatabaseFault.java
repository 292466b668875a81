package io.posel.store;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a database could not be connected to, in words for operators.
 *
 * @param lasting whether no waiting fixes it: someone must change a setting, a file or a right first
 * @param reason what is wrong, and for a lasting one what to do
 */
record DatabaseFault(boolean lasting, String reason) {
    private static final int H2_FILE_IN_USE = 90020;
    private static final int H2_FILE_DAMAGED = 90030;
    private static final int H2_FILE_VERSION = 90048;
    private static final int H2_NOT_FOUND = 90013;
    private static final int H2_NOT_FOUND_EITHER = 90146;
    private static final int H2_READ_ONLY = 90097;
    private static final int H2_FIRST_BYTES = 32 * 1024;
    private static final String WRONG_USER_OR_PASSWORD = "28000";
    /** SQLSTATEs of PostgreSQL. */
    private static final String UNKNOWN_DATABASE = "3D000";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String REJECTED = "08004";
    private static final String NO_DRIVER = "08001";
    /** Class 28: who asks is not let in. */
    private static final String AUTHORIZATION = "28";
    /** Classes of what passes by itself: connection, transaction rollback, resources, intervention. */
    private static final Set<String> PASSING = Set.of("08", "40", "53", "57");

    private static final String READ_ONLY_SERVER = "25006";
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Whether what the database refused with this passes by itself, as on a server that is being failed over. */
    static boolean passes(Throwable thrown) {
        return chain(thrown).stream()
                .filter(SQLException.class::isInstance)
                .map(cause -> ((SQLException) cause).getSQLState())
                .anyMatch(state -> state != null
                        && state.length() == 5
                        && (PASSING.contains(state.substring(0, 2))
                                || state.equals(READ_ONLY_SERVER)
                                || state.equals(LOCK_NOT_AVAILABLE)));
    }

    static DatabaseFault of(SQLException thrown, Database.Access access) {
        List<Throwable> chain = chain(thrown);
        Optional<Path> file = access.file();
        if (file.isPresent()) {
            return ofFile(chain, access, file.get());
        }
        for (Throwable cause : chain) {
            if (cause instanceof CertificateException) {
                return lasting(access + " shows a certificate that is not trusted: " + firstLine(cause)
                        + ". Correct the certificate, or the SSL parameters of POSEL_DB_URL.");
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                Optional<DatabaseFault> fault = ofState(sql, sql.getSQLState(), access);
                if (fault.isPresent()) {
                    return fault.get();
                }
            }
        }
        return new DatabaseFault(false, innermost(chain));
    }

    private static Optional<DatabaseFault> ofState(SQLException e, String state, Database.Access access) {
        String said = firstLine(e);
        if (state.startsWith(AUTHORIZATION)) {
            return Optional.of(lasting(access + " does not let in the user \"" + access.user() + "\": " + said
                    + ". Check POSEL_DB_USER and POSEL_DB_PASSWORD."));
        } else if (state.equals(UNKNOWN_DATABASE)) {
            return Optional.of(lasting(access + " does not exist: " + said + ". Create it, or correct POSEL_DB_URL."));
        } else if (state.equals(INSUFFICIENT_PRIVILEGE)) {
            return Optional.of(lasting(access + " does not allow what Posel needs: " + said
                    + ". Grant it to the user \"" + access.user() + "\"."));
        } else if (state.equals(REJECTED)) {
            return Optional.of(lasting(access + " refuses the connection: " + said
                    + " Check POSEL_DB_URL, POSEL_DB_USER and POSEL_DB_PASSWORD."));
        } else if (state.equals(NO_DRIVER) && said.startsWith("No suitable driver")) {
            return Optional.of(lasting("there is no JDBC driver for " + access
                    + ". POSEL_DB_URL begins with jdbc:postgresql:// or jdbc:h2:."));
        }
        return Optional.empty();
    }

    /** Of an embedded database: nobody else makes its file readable, writable and sound. */
    private static DatabaseFault ofFile(List<Throwable> chain, Database.Access access, Path file) {
        for (Throwable cause : chain) {
            if (cause instanceof SQLException sql && sql.getErrorCode() == H2_FILE_IN_USE) {
                return lasting(access + " is in use: another Posel runs on this data directory. Stop it, or set"
                        + " POSEL_DATA_DIR.");
            }
        }
        Optional<String> wrong = access(file);
        if (wrong.isPresent()) {
            return lasting(wrong.get());
        }
        for (Throwable cause : chain) {
            if (cause instanceof SQLException sql) {
                int code = sql.getErrorCode();
                if (code == H2_FILE_DAMAGED) {
                    return lasting("the database file " + file + " is damaged: " + innermost(chain)
                            + ". Restore it from a backup, or move it away to begin with an empty database.");
                } else if (code == H2_FILE_VERSION) {
                    return lasting("the database file " + file + " was written by another version of H2: "
                            + firstLine(sql) + ". Restore the one that belongs to this version of Posel.");
                } else if (code == H2_NOT_FOUND || code == H2_NOT_FOUND_EITHER) {
                    return lasting("there is no database file " + file
                            + ", and POSEL_DB_URL does not allow to create it. Correct POSEL_DB_URL.");
                } else if (code == H2_READ_ONLY) {
                    return lasting("the database file " + file + " can only be read. Make it writable for the user \""
                            + user() + "\".");
                } else if (WRONG_USER_OR_PASSWORD.equals(sql.getSQLState())) {
                    return lasting("the database file " + file + " was created with another user or password."
                            + " Check POSEL_DB_USER and POSEL_DB_PASSWORD.");
                }
            }
        }
        return new DatabaseFault(false, "the database file " + file + " cannot be opened: " + innermost(chain));
    }

    /** What keeps this process from reading and writing a database file; empty if nothing does. */
    private static Optional<String> access(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return Optional.of("the directory of the database file " + file + " does not exist. Create it, or set"
                    + " POSEL_DATA_DIR.");
        } else if (!isWritable(folder)) {
            return Optional.of(notWritable(folder));
        } else if (Files.isDirectory(file)) {
            return Optional.of("the database file " + file + " is a directory. Move it away, or set POSEL_DATA_DIR.");
        } else if (Files.exists(file) && !(Files.isReadable(file) && Files.isWritable(file))) {
            return Optional.of("the database file " + file + " is not readable and writable for the user \"" + user()
                    + "\" (permission denied). Change its owner or its mode.");
        }
        return Optional.empty();
    }

    /** Whether there is a file without a byte in it, as a full disk leaves it. H2 would begin an empty database. */
    static boolean isEmpty(Path file) {
        return Files.isRegularFile(file) && file.toFile().length() == 0;
    }

    static String empty(Path file) {
        return "the database file " + file + " is empty. Restore it from a backup, or remove it to begin with an empty"
                + " database.";
    }

    /** Whether there is a file of more bytes than H2 writes before the first table is there. */
    static boolean isFilled(Path file) {
        return Files.isRegularFile(file) && file.toFile().length() > H2_FIRST_BYTES;
    }

    /** For a filled file in which H2 found nothing sound, so that it began an empty database in it. */
    static String lostTables(Path file) {
        return "the database file " + file + " is damaged: there are no tables in it. Restore it from a backup, or move"
                + " it away to begin with an empty database.";
    }

    static boolean isWritable(Path folder) {
        return Files.isWritable(folder) && Files.isExecutable(folder);
    }

    /** For a directory that this process may not write to. */
    static String notWritable(Path folder) {
        return "the data directory " + folder + " is not writable for the user \"" + user()
                + "\" (permission denied, or mounted read-only). Change its owner or its mode, or set POSEL_DATA_DIR.";
    }

    private static String user() {
        return System.getProperty("user.name");
    }

    private static DatabaseFault lasting(String reason) {
        return new DatabaseFault(true, reason);
    }

    /** The cause that others only wrap: a pool tells of its own time-out, and a driver of a failed attempt. */
    private static String innermost(List<Throwable> chain) {
        Throwable last = chain.get(chain.size() - 1);
        if (last instanceof UnknownHostException) {
            return "the host name " + firstLine(last) + " has no address";
        } else if (last instanceof ConnectException) {
            Throwable told = chain.size() > 1 ? chain.get(chain.size() - 2) : last;
            return told instanceof SQLException ? firstLine(told) : firstLine(last);
        } else if (last instanceof SocketTimeoutException) {
            return "no answer in time (" + firstLine(last) + ")";
        }
        return firstLine(last);
    }

    private static String firstLine(Throwable e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.strip().lines().findFirst().orElse("").replaceFirst("; SQL statement:$", "");
    }

    private static List<Throwable> chain(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable e = thrown; e != null && !chain.contains(e) && chain.size() < 20; e = next(e)) {
            chain.add(e);
        }
        return chain;
    }

    private static @Nullable Throwable next(Throwable e) {
        if (e.getCause() != null) {
            return e.getCause();
        } else if (e instanceof SQLException sql && sql.getNextException() != null) {
            return sql.getNextException();
        }
        return e.getSuppressed().length > 0 ? e.getSuppressed()[0] : null;
    }
}
