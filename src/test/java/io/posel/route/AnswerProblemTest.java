package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.NotOwnerException;
import io.posel.store.StoreUnavailableException;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerProblemTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        new StoreUnavailableException("away", new Exception("password=secret")),
                        503,
                        "store-unavailable"),
                Arguments.of(new NotOwnerException("another one owns it"), 503, "not-in-charge"),
                Arguments.of(new IllegalStateException("password=secret"), 503, "outcome-unknown"),
                Arguments.of(
                        new ProblemException(409, FieldError.of("/a", "defined-in-file", "no")),
                        409,
                        "defined-in-file"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void eachFailureHasItsStatusAndCode(Exception failure, int status, String code) {
        Message answer = answer(503, new RuntimeException("password=secret", failure));

        assertThat(answer.getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(status);
        assertThat(answer.getHeader(Exchange.CONTENT_TYPE)).isEqualTo("application/problem+json");
        assertThat(answer.getBody(String.class))
                .contains("\"code\":\"" + code + "\"")
                .doesNotContain("secret");
        assertThat(answer.getHeader("Retry-After")).isEqualTo(status == 503 ? 5 : null);
    }

    @Test
    void whatNobodyForesawIsTheServersFaultWhereNothingIsRepeated() {
        Message answer = answer(500, new IllegalStateException("password=secret"));

        assertThat(answer.getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(500);
        assertThat(answer.getBody(String.class))
                .contains("\"code\":\"internal-error\"")
                .doesNotContain("secret");
    }

    private static Message answer(int unexpected, Exception caught) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, caught);
        new AnswerProblem(unexpected, InstantSource.system()).process(exchange);
        return exchange.getMessage();
    }
}
