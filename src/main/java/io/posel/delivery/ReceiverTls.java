package io.posel.delivery;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to receivers encrypted. Names the host in ASCII and without the dot that may end it, for SNI and for
 * the certificate alike, and says in words what went wrong.
 */
final class ReceiverTls implements TlsSocketStrategy {
    private final SSLContext context;
    private final NoClientKeys keys = new NoClientKeys();

    /** @param authorities trusted besides those of the JDK; null for none */
    ReceiverTls(@Nullable PrivateCas authorities) {
        try {
            TrustManager[] trusted = PrivateCas.managers(authorities == null ? null : authorities.trusted());
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, ReceiverTrust.explaining(trusted), null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java cannot do TLS", e);
        }
    }

    @Override
    public SSLSocket upgrade(
            Socket socket, String target, int port, @Nullable Object attachment, HttpContext httpContext)
            throws IOException {
        String ascii = Target.ascii(target);
        String host = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        Handshake handshake = new Handshake(context, host);
        try {
            return handshake.upgrade(socket, host, port, attachment, httpContext);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            throw explained(e, keys.wereAsked(handshake.socket));
        }
    }

    /** One handshake, whose socket can be had when it has failed. */
    private static final class Handshake extends DefaultClientTlsStrategy {
        private @Nullable SSLSocket socket;

        /** The JDK checks no name with an underscore. Nor does it send it as SNI, where some servers refuse it. */
        Handshake(SSLContext context, String host) {
            super(
                    context,
                    host.indexOf('_') < 0 ? HostnameVerificationPolicy.BUILTIN : HostnameVerificationPolicy.CLIENT,
                    host.indexOf('_') < 0 ? null : new DefaultHostnameVerifier());
        }

        @Override
        protected void initializeSocket(SSLSocket secure) {
            socket = secure;
        }

        @Override
        protected void verifySession(String hostname, SSLSession session) throws SSLException {
            try {
                super.verifySession(hostname, session);
            } catch (SSLPeerUnverifiedException e) {
                if (session.getPeerCertificates()[0] instanceof X509Certificate certificate) {
                    throw new TlsException(
                            FailureCause.CERTIFICATE_WRONG_HOST, ReceiverTrust.wrongHost(certificate), e);
                }
                throw e;
            }
        }
    }

    /**
     * The same with a reason for people, where one is known. Java tells most of these by their text alone.
     *
     * @param asked whether the receiver has asked for a client certificate, and said nothing else since
     */
    static IOException explained(IOException e, boolean asked) {
        if (e instanceof TlsException) {
            return e;
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedCertificateException refused) {
                return new TlsException(refused.code(), String.valueOf(refused.getMessage()), innermost(refused, e));
            }
        }
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (asked && !(e instanceof BadAnswerException) || text.contains("certificate_required")) {
            return new TlsException(
                    FailureCause.CLIENT_CERTIFICATE_REQUIRED, "the receiver asks for a client certificate", e);
        } else if (!(e instanceof SSLException)) {
            return e;
        } else if (text.contains("plaintext connection") || text.contains("unrecognized ssl message")) {
            return new TlsException(
                    FailureCause.SPEAKS_PLAIN_HTTP,
                    "this port does not speak TLS: the URL may have to begin with http://, or have another port",
                    e);
        } else if (text.contains("unrecognized_name")) {
            return new TlsException(
                    FailureCause.HOST_NOT_SERVED, "the receiver does not know the host name of the URL", e);
        } else if (text.contains("protocol_version")
                || text.contains("handshake_failure")
                || text.contains("insufficient_security")
                || text.contains("not accepted by client preferences")
                || text.contains("no appropriate protocol")) {
            return new TlsException(
                    FailureCause.NO_COMMON_PROTOCOL,
                    "the receiver and Posel have no version or cipher of TLS in common; Posel speaks TLS 1.2 and 1.3",
                    e);
        }
        return e;
    }

    private static Throwable innermost(RefusedCertificateException refused, IOException e) {
        Throwable cause = refused.getCause();
        return cause == null ? e : cause;
    }
}
