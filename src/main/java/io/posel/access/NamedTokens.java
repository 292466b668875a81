package io.posel.access;

import java.util.Optional;

/** The tokens that administrators made, as the door asks for them. */
public interface NamedTokens {

    /** Whether they are read: until then nobody can say that a token is none of them. */
    boolean areRead();

    /** Whose token this is, if it has not ended. Compares with all of them, in constant time each. */
    Optional<Caller> callerOf(TokenHash presented);

    /** Whether this is one of them that has ended. */
    boolean hasEnded(TokenHash presented);
}
