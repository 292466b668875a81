package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Checks how a template is refused. */
final class Refusal {
    private final TemplateException refusal;

    private Refusal(TemplateException refusal) {
        this.refusal = refusal;
    }

    static Refusal of(ThrowingCallable compile) {
        TemplateException refusal = catchThrowableOfType(TemplateException.class, compile);
        assertThat(refusal).as("refused").isNotNull();
        return new Refusal(refusal);
    }

    Refusal is(String code, int line, int column) {
        assertThat(refusal.code() + " " + refusal.line() + ":" + refusal.column())
                .isEqualTo(code + " " + line + ":" + column);
        assertThat(refusal.getMessage()).endsWith(".").hasSizeGreaterThan(20);
        return this;
    }

    Refusal names(String character) {
        assertThat(refusal.character()).isEqualTo(character);
        assertThat(refusal).hasMessageStartingWith(character + " ");
        return this;
    }

    Refusal saysNothingOf(String secret) {
        assertThat(refusal).hasMessageNotContaining(secret);
        return this;
    }
}
