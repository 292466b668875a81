package io.posel.web;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Refuses what another server in front may read as other requests than this one does (RFC 9112, 11.2) and Netty lets
 * pass: header lines that go on in the next line, and request lines whose parts are not divided by one space each.
 */
final class StrictDecoder extends VertxHttpRequestDecoder {
    /** What comes next belongs to a head, and not to a body. */
    private boolean inHead = true;
    /** Of that head the first line was read. */
    private boolean inHeaders;

    private boolean refused;

    StrictDecoder(HttpServerOptions options) {
        super(options);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (inHead && !refused && hasFoldedLine(in)) {
            refuse("a header line goes on", out);
        } else if (inHead && !inHeaders && !refused && hasLooseRequestLine(in)) {
            refuse("the parts of the request line are not divided by one space each", out);
        }
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        int before = out.size();
        super.decode(context, in, out);
        for (Object read : out.subList(before, out.size())) {
            if (read instanceof HttpRequest) {
                inHead = false;
            }
            if (read instanceof LastHttpContent) {
                inHead = true;
                inHeaders = false;
            }
        }
    }

    private void refuse(String reason, List<Object> out) {
        refused = true;
        HttpMessage invalid = createInvalidMessage();
        invalid.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(reason)));
        out.add(invalid);
    }

    /** Empty lines in front of it do not count (RFC 9112, 2.2); what has not come yet is looked at when it has. */
    private static boolean hasLooseRequestLine(ByteBuf in) {
        int at = in.readerIndex();
        while (at < in.writerIndex() && (in.getByte(at) == '\r' || in.getByte(at) == '\n')) {
            at++;
        }
        int end = in.indexOf(at, in.writerIndex(), (byte) '\n');
        if (end < 0) {
            return false;
        }
        int last = end > at && in.getByte(end - 1) == '\r' ? end - 1 : end;
        int spaces = 0;
        for (int i = at; i < last; i++) {
            byte b = in.getByte(i);
            boolean space = b == ' ';
            if (b >= 0 && b < ' ' || space && (i == at || i + 1 == last || in.getByte(i + 1) == ' ')) {
                return true;
            }
            spaces += space ? 1 : 0;
        }
        return last > at && spaces != 2;
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) {
        inHeaders = true;
        return super.createMessage(initialLine);
    }

    /** Lines are read whole, so that here one begins. */
    private boolean hasFoldedLine(ByteBuf in) {
        int at = in.readerIndex();
        if (!inHeaders) {
            while (at < in.writerIndex() && in.getByte(at) <= ' ') {
                at++;
            }
            at = nextLine(in, at);
        }
        while (at < in.writerIndex()) {
            byte first = in.getByte(at);
            if (first == ' ' || first == '\t') {
                return true;
            } else if (first == '\r' || first == '\n') {
                return false;
            }
            at = nextLine(in, at);
        }
        return false;
    }

    private static int nextLine(ByteBuf in, int from) {
        int end = in.indexOf(from, in.writerIndex(), (byte) '\n');
        return end < 0 ? in.writerIndex() : end + 1;
    }
}
