package io.posel.store;

/** Where the {@link EncryptionKey} comes from. Both throw {@link IllegalStateException} with a message for the operator. */
public interface KeySource {
    /** The key with this id, which the database is encrypted with; nothing is made in its place. */
    EncryptionKey require(String id);

    /** The key for a database that holds nothing encrypted yet; when this returns, a new one is safe on disk. */
    EncryptionKey first();
}
