package io.posel.delivery;

import static java.nio.charset.CodingErrorAction.REPLACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.impl.io.DefaultHttpRequestWriter;
import org.apache.hc.core5.http.impl.io.SessionOutputBufferImpl;
import org.apache.hc.core5.http.io.HttpMessageWriter;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RequestHeadTest {
    private static byte[] written(HttpMessageWriter<ClassicHttpRequest> writer, ClassicHttpRequest request)
            throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SessionOutputBufferImpl buffer = new SessionOutputBufferImpl(
                8192, UTF_8.newEncoder().onMalformedInput(REPLACE).onUnmappableCharacter(REPLACE));
        writer.write(request, buffer, out);
        buffer.flush(out);
        return out.toByteArray();
    }

    @Property
    @Label("the client's own writer writes the same bytes")
    void asTheClientItself(@ForAll("headers") Map<String, String> headers) throws Exception {
        ClassicHttpRequest request = new HttpPost("http://receiver.example:81/a%20b?c=d#e");
        headers.forEach(request::addHeader);
        request.addHeader("X-Nothing", null);

        assertThat(written(new RequestHead(), request)).isEqualTo(written(new DefaultHttpRequestWriter(), request));
    }

    @Provide
    Arbitrary<Map<String, String>> headers() {
        return Arbitraries.maps(
                        Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(20),
                        Arbitraries.strings().all().ofMaxLength(300))
                .ofMaxSize(40);
    }

    @Test
    @DisplayName("G8: nothing in a header ends its line")
    void oneLineEach() throws Exception {
        ClassicHttpRequest request = new HttpPost("http://receiver.example/");
        request.addHeader("X-Name", "Jan\r\nX-Forged: 1\n\u000b\f\r\n\r\nGET / HTTP/1.1");

        assertThat(new String(written(new RequestHead(), request), UTF_8).split("\r\n|\r|\n|\u000b|\f"))
                .containsExactly("POST / HTTP/1.1", "X-Name: Jan  X-Forged: 1       GET / HTTP/1.1");
    }

    @Test
    @DisplayName("a proxy gets the whole address, or the host of a tunnel")
    void throughAProxy() throws Exception {
        BasicClassicHttpRequest whole =
                new BasicClassicHttpRequest("GET", URI.create("http://receiver.example:81/a?b=c"));
        whole.setAbsoluteRequestUri(true);
        BasicClassicHttpRequest tunnel =
                new BasicClassicHttpRequest("CONNECT", new HttpHost("proxy.example"), "receiver.example:443");

        assertThat(written(new RequestHead(), whole)).isEqualTo(written(new DefaultHttpRequestWriter(), whole));
        assertThat(written(new RequestHead(), tunnel))
                .asString(UTF_8)
                .startsWith("CONNECT receiver.example:443 HTTP/1.1\r\n");
    }
}
