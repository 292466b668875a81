package io.posel.delivery;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Has no certificate to show, and remembers in the session of a connection that the receiver asked for one. A receiver
 * that insists closes the connection, with TLS 1.3 only after it has been made, and not always with a word.
 */
final class NoClientKeys extends X509ExtendedKeyManager {
    private static final String ASKED = "posel-client-certificate-asked";

    /** By identity; a session cannot be had of a handshake that has failed. */
    private final Set<Socket> asked = Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

    boolean wereAsked(@Nullable Socket socket) {
        return socket != null && asked.contains(socket);
    }

    /** Whether the receiver has asked, and nothing has come from it since. */
    static boolean wereAsked(@Nullable SSLSession session) {
        return session != null && session.getValue(ASKED) != null;
    }

    /** It has answered, so it does not insist. */
    static void answered(@Nullable SSLSession session) {
        if (session != null && session.getValue(ASKED) != null) {
            session.removeValue(ASKED);
        }
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        if (socket instanceof SSLSocket secure && secure.getHandshakeSession() != null) {
            secure.getHandshakeSession().putValue(ASKED, true);
            asked.add(socket);
        }
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return null;
    }
}
