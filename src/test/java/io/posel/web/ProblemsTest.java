package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProblemsTest {

    @Test
    void aRefusalIsWrittenAsRfc9457Says() {
        FieldError error = new FieldError("/0/entity/id", "required", Map.of("max", 5), "the entity needs an \"id\"");

        assertThat(text(Problems.bytes(new ProblemException(400, "the event is invalid", List.of(error)))))
                .isEqualTo(
                        "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
                                + "\"detail\":\"the event is invalid\",\"errors\":[{\"pointer\":\"/0/entity/id\","
                                + "\"code\":\"required\",\"params\":{\"max\":5},\"detail\":\"the entity needs an \\\"id\\\"\"}]}");
    }

    @Test
    void aRefusalOfTheWholeRequestHasItsCodeToo() {
        assertThat(text(Problems.bytes(404, "unknown-path", "no")))
                .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"detail\":\"no\","
                        + "\"errors\":[{\"pointer\":\"\",\"code\":\"unknown-path\",\"params\":{},\"detail\":\"no\"}]}");
    }

    @Test
    void thereIsNoRefusalWithoutACode() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ProblemException(400, "no", List.of()));
    }

    @Test
    void everyStatusHasATitle() {
        assertThat(Problems.title(418)).isEqualTo("Client Error");
        assertThat(Problems.title(599)).isEqualTo("Server Error");
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
