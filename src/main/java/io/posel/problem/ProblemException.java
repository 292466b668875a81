package io.posel.problem;

import java.util.List;

/**
 * A refusal that is answered as {@code application/problem+json} (RFC 9457). Carries nothing that must not be shown:
 * its texts go to the caller as they are.
 */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<FieldError> errors;

    /** @param detail one sentence: what is wrong and what to do */
    public ProblemException(int status, String detail, List<FieldError> errors) {
        super(detail);
        this.status = status;
        this.errors = List.copyOf(errors);
    }

    public ProblemException(int status, String detail) {
        this(status, detail, List.of());
    }

    public int status() {
        return status;
    }

    public List<FieldError> errors() {
        return errors;
    }
}
