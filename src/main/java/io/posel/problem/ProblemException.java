package io.posel.problem;

import java.util.List;
import java.util.Map;

/**
 * A refusal that is answered as {@code application/problem+json} (RFC 9457). Says at least one thing that is wrong, with
 * its code. Carries nothing that must not be shown: its texts go to the caller as they are.
 */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<FieldError> errors;

    /**
     * @param detail one sentence: what is wrong and what to do
     * @param errors at least one
     */
    public ProblemException(int status, String detail, List<FieldError> errors) {
        super(detail);
        if (errors.isEmpty()) {
            throw new IllegalArgumentException("a refusal without a code: " + detail);
        }
        this.status = status;
        this.errors = List.copyOf(errors);
    }

    /** Of the request as a whole, or of a single thing in it. */
    public ProblemException(int status, FieldError error) {
        this(status, error.detail(), List.of(error));
    }

    /**
     * Of the request as a whole.
     *
     * @param code stable and kebab-case, see {@link FieldError}
     */
    public ProblemException(int status, String code, Map<String, Object> params, String detail) {
        this(status, new FieldError("", code, params, detail));
    }

    public int status() {
        return status;
    }

    public List<FieldError> errors() {
        return errors;
    }
}
