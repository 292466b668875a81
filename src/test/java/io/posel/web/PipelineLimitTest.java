package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;

class PipelineLimitTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new PipelineLimit());

    private void request() {
        channel.writeInbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
    }

    private void answer(HttpResponseStatus status) {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
    }

    @Test
    void oneMoreThanMayWaitClosesAndIsNotSeen() {
        for (int i = 0; i < PipelineLimit.MOST; i++) {
            request();
        }
        assertThat(channel.isOpen()).isTrue();

        request();

        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.inboundMessages()).hasSize(PipelineLimit.MOST);
    }

    @Test
    void whatIsAnsweredWaitsNoLonger() {
        for (int i = 0; i < 3 * PipelineLimit.MOST; i++) {
            request();
            answer(HttpResponseStatus.OK);
        }

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void thatABodyMayComeIsNoAnswer() {
        for (int i = 0; i < PipelineLimit.MOST; i++) {
            request();
            answer(HttpResponseStatus.CONTINUE);
        }

        request();

        assertThat(channel.isOpen()).isFalse();
    }
}
