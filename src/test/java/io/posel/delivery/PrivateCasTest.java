package io.posel.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.testing.KeyTool;
import io.posel.testing.Receiver;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PrivateCasTest {
    @TempDir
    private Path folder;

    private final ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1);

    @AfterEach
    void stop() {
        alarms.shutdown();
    }

    @Test
    @DisplayName("all authorities of a file are trusted, whatever stands between them, and still those of the JDK")
    void severalAuthorities() throws Exception {
        KeyTool one = KeyTool.create(Files.createDirectory(folder.resolve("1")), "dns:one.example");
        KeyTool two = KeyTool.create(Files.createDirectory(folder.resolve("2")), "dns:two.example");
        Path both = Files.writeString(
                folder.resolve("both.pem"),
                "# our authorities\n\n" + Files.readString(one.pem()) + "\nsubject=CN = two\n"
                        + Files.readString(two.pem()).replace("\n", "\r\n"));
        PrivateCas cas = PrivateCas.read(both);

        assertThat(cas.trusted().size())
                .isEqualTo(PrivateCas.ofJdk().length + 2)
                .isGreaterThan(50);
        try (Receiver first = Receiver.start(one.serverContext().getServerSocketFactory());
                Receiver second = Receiver.start(two.serverContext().getServerSocketFactory());
                DeliveryClient client = client(cas);
                DeliveryClient knowsOne = client(PrivateCas.read(one.pem()))) {
            assertThat(get(client, "one.example", first.port())).isEqualTo(200);
            assertThat(get(client, "two.example", second.port())).isEqualTo(200);
            assertThat(get(knowsOne, "one.example", first.port())).isEqualTo(200);

            // trusted, but for another name; and not trusted
            assertThatThrownBy(() -> get(client, "two.example", first.port())).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> get(client, "127.0.0.1", first.port())).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> get(knowsOne, "two.example", second.port()))
                    .isInstanceOf(SSLException.class);
            assertThat(first.requests()).hasSize(2);
            assertThat(second.requests()).hasSize(1);
        }
        String pem = Files.readString(one.pem());
        assertRefused(folder.resolve("missing.pem"), "does not exist");
        assertRefused(folder, "cannot be read");
        assertRefused(file(""), "holds no certificate");
        assertRefused(file("no certificate"), "holds");
        assertRefused(file(pem + pem.substring(0, pem.length() / 2)), "holds something that is no certificate");
        assertRefused(file(pem.replace("MII", "AAA")), "holds something that is no certificate");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("ca.pem"), text);
    }

    private static void assertRefused(Path file, String words) {
        assertThatThrownBy(() -> PrivateCas.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " ")
                .hasMessageContaining(words);
    }

    @Test
    @DisplayName("TLS 1.2 and 1.3 are offered and nothing older, with the name of the receiver")
    void versions() throws Exception {
        KeyTool own = KeyTool.create(Files.createDirectory(folder.resolve("3")), "dns:own.example");
        for (PrivateCas authorities : new PrivateCas[] {null, PrivateCas.read(own.pem())}) {
            byte[] hello = clientHello(authorities);

            assertThat(offeredVersions(hello)).containsExactlyInAnyOrder("0304", "0303");
            assertThat(new String(hello, ISO_8859_1)).contains("receiver.example");
        }
    }

    private byte[] clientHello(@Nullable PrivateCas authorities) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
                DeliveryClient client = client(authorities)) {
            CompletableFuture<byte[]> hello = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = server.accept()) {
                    InputStream in = socket.getInputStream();
                    byte[] header = in.readNBytes(5);
                    return in.readNBytes(ByteBuffer.wrap(header).getShort(3));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThatThrownBy(() -> get(client, "receiver.example", server.getLocalPort()))
                    .isInstanceOf(IOException.class);
            return hello.get();
        }
    }

    /** The extension supported_versions (RFC 8446, 4.2.1). */
    private static List<String> offeredVersions(byte[] hello) {
        String hex = HexFormat.of().formatHex(hello);
        // type 43, length, length of the list
        var extension = Pattern.compile("002b00(..)(..)((?:030[0-4])+)").matcher(hex);
        assertThat(extension.find()).as(hex).isTrue();
        int length = Integer.parseInt(extension.group(2), 16) * 2;
        List<String> versions = new ArrayList<>();
        for (int i = 0; i < length; i += 4) {
            versions.add(extension.group(3).substring(i, i + 4));
        }
        return versions;
    }

    private DeliveryClient client(@Nullable PrivateCas authorities) {
        DeliveryResolver targets = new DeliveryResolver(
                new AddressPolicy(Cidr.parseList("127.0.0.0/8"), null, () -> 0),
                host -> InetAddress.getAllByName("127.0.0.1"),
                Runnable::run,
                Duration.ofSeconds(3));
        return new DeliveryClient(
                new DeliveryClient.Settings(
                        4,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        "0.1.0",
                        null,
                        authorities,
                        false,
                        Duration.ofMinutes(1)),
                targets,
                alarms);
    }

    private static int get(DeliveryClient client, String host, int port) throws IOException {
        try (var response = client.executeOpen(new HttpHost("https", host, port), new HttpGet("/"), null)) {
            return response.getCode();
        }
    }
}
