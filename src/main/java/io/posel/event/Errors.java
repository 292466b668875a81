package io.posel.event;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collects what is wrong with something, so that its sender hears all of it at once; bounded. */
final class Errors {
    /** Enough to see a pattern; a thousand wrong elements have no thousand reasons. */
    static final int MAX = 20;

    private final List<FieldError> list = new ArrayList<>();

    void add(String pointer, String code, String detail) {
        add(pointer, code, Map.of(), detail);
    }

    void add(String pointer, String code, Map<String, Object> params, String detail) {
        if (!full()) {
            list.add(new FieldError(pointer, code, params, detail));
        }
    }

    int count() {
        return list.size();
    }

    boolean full() {
        return list.size() >= MAX;
    }

    /** @param what names the thing that is refused, as the beginning of a sentence: "The request" */
    void refuse(int status, String what) {
        if (!list.isEmpty()) {
            throw refusal(status, what);
        }
    }

    ProblemException refusal(int status, String what) {
        FieldError first = list.get(0);
        String where = first.pointer().isEmpty() ? "" : " (at " + first.pointer() + ")";
        String more = list.size() == 1 ? "" : " Errors lists this and more.";
        return new ProblemException(status, what + " was refused: " + first.detail() + where + more, list);
    }
}
