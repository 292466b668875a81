package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.posel.problem.ProblemException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IfMatchTest {

    @ParameterizedTest
    @ValueSource(strings = {"*", " * ", "\"3\"", "\"2\", \"3\"", "\"2\",W/\"2\",\"3\"", "\"a,b\", \"3\""})
    void matches_the_version_that_the_client_has_seen(String header) {
        assertThatCode(() -> IfMatch.parse(header).require(3)).doesNotThrowAnyException();
    }

    @Test
    void no_header_matches_everything() {
        assertThat(IfMatch.parse(null).isAny()).isTrue();
        assertThatCode(() -> IfMatch.parse(null).require(3)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"2\"", "W/\"3\"", "\"\"", "\"03\"", "\"2,3\""})
    void another_version_fails_and_a_weak_tag_always_does(String header) {
        assertThat(refusal(() -> IfMatch.parse(header).require(3)).status()).isEqualTo(412);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "\"3", "\"3\" \"4\"", "*, \"3\"", "w/\"3\"", "\"3\","})
    void what_is_no_list_of_entity_tags_is_refused(String header) {
        assertThat(refusal(() -> IfMatch.parse(header)).status()).isEqualTo(400);
    }

    private static ProblemException refusal(ThrowingCallable call) {
        return catchThrowableOfType(ProblemException.class, call);
    }
}
