package io.posel.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Trust in an operator's own certificate authorities, besides those that the JDK trusts. */
public final class PrivateCas {
    private final Collection<? extends Certificate> authorities;

    private PrivateCas(Collection<? extends Certificate> authorities) {
        this.authorities = authorities;
    }

    /**
     * @param file certificates in PEM (RFC 7468), one or more
     * @throws IOException if it cannot be read or holds no certificate; the message says which file
     */
    public static PrivateCas read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            var authorities = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (authorities.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return new PrivateCas(authorities);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " is not a PEM file of certificates: " + e.getMessage(), e);
        }
    }

    public SSLContext context() throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        int number = 0;
        for (X509Certificate known : accepted(null)) {
            trusted.setCertificateEntry("jdk-" + number++, known);
        }
        for (Certificate authority : authorities) {
            trusted.setCertificateEntry("own-" + number++, authority);
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers(trusted), null);
        return context;
    }

    private static X509Certificate[] accepted(@Nullable KeyStore store) throws GeneralSecurityException {
        for (TrustManager manager : managers(store)) {
            if (manager instanceof X509TrustManager x509) {
                return x509.getAcceptedIssuers();
            }
        }
        return new X509Certificate[0];
    }

    /** @param store null for the JDK's own */
    private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
