package io.posel.access;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Who is signed in, as the door asks for it. Nothing here waits. */
public interface Sessions {

    /** Whether they are read: until then nobody can say that a cookie is of none of them. */
    boolean areRead();

    /** Whose cookie this is; that counts as a use. Compares with all of them, in constant time each. */
    Optional<Session> sessionOf(TokenHash presented);

    /**
     * Begins a session of what the link entitles to, once it is on disk. Of one link there is one session, however often
     * and wherever it is tried.
     *
     * @param former the one that the same browser had: it ends
     * @return the value of the cookie, known to nobody else; fails with a problem for a link that was used, else it is
     *     unknown what happened
     */
    CompletionStage<String> signIn(LoginTicket ticket, @Nullable Session former);

    /** Ends it at once, and on disk when the answer is there. */
    CompletionStage<Void> signOut(Session session);
}
