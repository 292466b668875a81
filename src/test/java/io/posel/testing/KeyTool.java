package io.posel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A fresh self-signed certificate, made with the JDK's own tool. */
public final class KeyTool {
    private static final String PASSWORD = "changeit";

    private final Path store;
    private final Path pem;

    private KeyTool(Path store, Path pem) {
        this.store = store;
        this.pem = pem;
    }

    /** @param name as in a certificate's alternative names, for instance {@code dns:receiver.example} */
    public static KeyTool create(Path folder, String name) throws IOException, InterruptedException {
        return create(folder, name, "-1H");
    }

    /** @param start of the two days in which it is valid, for instance {@code -3d} */
    public static KeyTool create(Path folder, String name, String start) throws IOException, InterruptedException {
        KeyTool keys = new KeyTool(folder.resolve("key.p12"), folder.resolve("cert.pem"));
        keys.run(
                "-genkeypair",
                "-dname",
                "CN=test",
                "-ext",
                "san=" + name,
                "-keyalg",
                "EC",
                "-validity",
                "2",
                "-startdate",
                start);
        keys.run("-exportcert", "-rfc", "-file", keys.pem.toString());
        return keys;
    }

    /** An authority, whose certificate is {@link #pem}. */
    public static KeyTool authority(Path folder) throws IOException, InterruptedException {
        KeyTool keys = new KeyTool(folder.resolve("ca.p12"), folder.resolve("ca.pem"));
        keys.run("-genkeypair", "-dname", "CN=Test Authority", "-ext", "bc:c", "-keyalg", "EC", "-validity", "2");
        keys.run("-exportcert", "-rfc", "-file", keys.pem.toString());
        return keys;
    }

    /**
     * Of a certificate for this name that it signs.
     *
     * @param withAuthority whether the server sends the authority's certificate too
     */
    public SSLContext serverContext(KeyTool leaf, String name, boolean withAuthority, Path folder)
            throws GeneralSecurityException, IOException, InterruptedException {
        Path request = folder.resolve("leaf.csr");
        Path signed = folder.resolve("leaf.pem");
        leaf.run("-certreq", "-file", request.toString());
        run("-gencert", "-rfc", "-infile", request.toString(), "-outfile", signed.toString(), "-ext", "san=" + name);
        KeyStore keys = leaf.keys();
        Certificate own = certificate(signed);
        Certificate[] chain = withAuthority ? new Certificate[] {own, certificate(pem)} : new Certificate[] {own};
        keys.setKeyEntry("test", keys.getKey("test", PASSWORD.toCharArray()), PASSWORD.toCharArray(), chain);
        return context(keys);
    }

    private static Certificate certificate(Path pem) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    public Path pem() {
        return pem;
    }

    public SSLContext serverContext() throws GeneralSecurityException, IOException {
        return context(keys());
    }

    private KeyStore keys() throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static SSLContext context(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private void run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "test", "-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(List.of("-keystore", store.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
    }
}
