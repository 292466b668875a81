package io.posel.delivery;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trust in an operator's own certificate authorities, besides those that the JDK trusts. A receiver's certificate must
 * still name its host, whoever has signed it.
 */
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
        try {
            var in = new ByteArrayInputStream(content(file));
            var authorities = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (authorities.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return new PrivateCas(authorities);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds something that is no certificate: " + e.getMessage(), e);
        }
    }

    private static byte[] content(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read", e);
        }
    }

    KeyStore trusted() throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        int number = 0;
        for (X509Certificate known : ofJdk()) {
            trusted.setCertificateEntry("jdk-" + number++, known);
        }
        for (Certificate authority : authorities) {
            trusted.setCertificateEntry("own-" + number++, authority);
        }
        return trusted;
    }

    static X509Certificate[] ofJdk() throws GeneralSecurityException {
        for (TrustManager manager : managers(null)) {
            if (manager instanceof X509TrustManager x509) {
                return x509.getAcceptedIssuers();
            }
        }
        return new X509Certificate[0];
    }

    /** @param store null for the JDK's own */
    static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
