package io.posel.delivery;

import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;

/**
 * Asks another trust manager, and where that refuses a receiver's certificate says which fault of it a person has to look
 * at. Trusts nothing by itself.
 */
final class ReceiverTrust extends X509ExtendedTrustManager {
    private static final int MOST_NAMES = 10;
    private static final int DNS = 2;
    private static final int IP = 7;

    private final X509ExtendedTrustManager judge;

    ReceiverTrust(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    /** The same managers, which say more. */
    static TrustManager[] explaining(TrustManager[] managers) {
        return Arrays.stream(managers)
                .map(each -> each instanceof X509ExtendedTrustManager judge ? new ReceiverTrust(judge) : each)
                .toArray(TrustManager[]::new);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        try {
            judge.checkServerTrusted(chain, authType, socket);
        } catch (CertificateException e) {
            throw refusal(chain, e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            judge.checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw refusal(chain, e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            judge.checkServerTrusted(chain, authType);
        } catch (CertificateException e) {
            throw refusal(chain, e);
        }
    }

    private CertificateException refusal(X509Certificate[] chain, CertificateException e) {
        if (chain == null || chain.length == 0) {
            return e;
        }
        for (int i = 0; i < chain.length; i++) {
            String whose = i == 0 ? "the receiver's certificate" : "the certificate of " + name(chain[i]);
            try {
                chain[i].checkValidity();
            } catch (CertificateExpiredException expired) {
                return new RefusedCertificateException(
                        FailureCause.CERTIFICATE_EXPIRED, whose + " expired on " + day(chain[i].getNotAfter()), e);
            } catch (CertificateNotYetValidException early) {
                return new RefusedCertificateException(
                        FailureCause.CERTIFICATE_NOT_YET_VALID,
                        whose + " is valid from " + day(chain[i].getNotBefore()) + " only",
                        e);
            }
        }
        X509Certificate last = chain[chain.length - 1];
        if (isFound(e)) {
            return wrongHost(chain[0], e);
        } else if (isSelfSigned(chain[0])) {
            return new RefusedCertificateException(
                    FailureCause.CERTIFICATE_SELF_SIGNED,
                    "the receiver's certificate is signed by itself and not by a known authority;"
                            + " POSEL_DELIVERY_TRUST_STORE can name it",
                    e);
        } else if (!hasNoPath(e)) {
            return new RefusedCertificateException(
                    FailureCause.CERTIFICATE_REFUSED, "the receiver's certificate is refused", e);
        } else if (chain.length == 1) {
            return new RefusedCertificateException(
                    FailureCause.CERTIFICATE_CHAIN_INCOMPLETE,
                    "the receiver sends its certificate without that of its authority, " + issuer(last)
                            + ", which is not known here: its chain is incomplete, or the authority is a private one",
                    e);
        }
        return new RefusedCertificateException(
                FailureCause.CERTIFICATE_UNKNOWN_AUTHORITY,
                "the receiver's certificate comes from an authority that is not known here, "
                        + (isSelfSigned(last) ? name(last) : issuer(last))
                        + "; POSEL_DELIVERY_TRUST_STORE can name it",
                e);
    }

    /** The JDK looks at the name last, without a code of its own. */
    private static boolean isFound(CertificateException e) {
        return e.getCause() == null && !(e instanceof CertificateParsingException);
    }

    private static boolean hasNoPath(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }

    private static CertificateException wrongHost(X509Certificate certificate, CertificateException e) {
        return new RefusedCertificateException(FailureCause.CERTIFICATE_WRONG_HOST, wrongHost(certificate), e);
    }

    static String wrongHost(X509Certificate certificate) {
        List<String> names = names(certificate);
        String shown = names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        return "the receiver's certificate is for another host: " + shown
                + (names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "");
    }

    private static List<String> names(X509Certificate certificate) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            List<String> names = all == null
                    ? List.of()
                    : all.stream()
                            .filter(each ->
                                    each.get(0).equals(DNS) || each.get(0).equals(IP))
                            .map(each -> String.valueOf(each.get(1)))
                            .toList();
            return names.isEmpty() ? List.of(name(certificate)) : names;
        } catch (CertificateParsingException e) {
            return List.of(name(certificate));
        }
    }

    private static boolean isSelfSigned(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static String day(Date date) {
        return date.toInstant().atZone(ZoneOffset.UTC).toLocalDate().toString();
    }

    private static String issuer(X509Certificate certificate) {
        return name(certificate.getIssuerX500Principal());
    }

    private static String name(X509Certificate certificate) {
        return name(certificate.getSubjectX500Principal());
    }

    /** The common name, else all of it. */
    private static String name(X500Principal principal) {
        try {
            for (Rdn part : new LdapName(principal.getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return String.valueOf(part.getValue());
                }
            }
        } catch (InvalidNameException e) {
            // as it is
        }
        return principal.getName();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judge.checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}
