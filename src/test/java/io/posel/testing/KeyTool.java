package io.posel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
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
        KeyTool keys = new KeyTool(folder.resolve("key.p12"), folder.resolve("cert.pem"));
        keys.run("-genkeypair", "-dname", "CN=test", "-ext", "san=" + name, "-keyalg", "EC", "-validity", "2");
        keys.run("-exportcert", "-rfc", "-file", keys.pem.toString());
        return keys;
    }

    public Path pem() {
        return pem;
    }

    public SSLContext serverContext() throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
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
