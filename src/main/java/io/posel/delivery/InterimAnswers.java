package io.posel.delivery;

import org.apache.hc.client5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpMessageParser;

/**
 * Refuses an answer that is announced by more than {@value #LIMIT} interim ones (RFC 9110, 15.2). The client itself
 * reads them on to the deadline, which takes a processor as long as a receiver sends them fast.
 */
final class InterimAnswers extends DefaultHttpResponseParserFactory {
    static final int LIMIT = 20;

    InterimAnswers(Http1Config limits) {
        super(limits);
    }

    /** @return a parser for the answers of one connection, one after the other; null for a connection that has ended */
    @Override
    public HttpMessageParser<ClassicHttpResponse> create() {
        HttpMessageParser<ClassicHttpResponse> parser = super.create();
        int[] interim = {0};
        return (buffer, in) -> {
            ClassicHttpResponse answer = parser.parse(buffer, in);
            boolean announces = answer != null && answer.getCode() < HttpStatus.SC_SUCCESS;
            interim[0] = announces ? interim[0] + 1 : 0;
            if (interim[0] > LIMIT) {
                throw new MessageConstraintException("more than " + LIMIT + " interim answers");
            }
            return answer;
        };
    }
}
