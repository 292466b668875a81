package io.posel.route;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Webhooks;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client has seen of what it changes (RFC 9110, 13.1.1).
 *
 * @param tags entity tags without their quotes; null for any. Weak ones are left out, since they never match.
 */
record IfMatch(@Nullable Set<String> tags) {
    private static final Pattern TAG = Pattern.compile("(W/)?\"([!#-~\\x80-\\xff]*)\"");
    private static final Pattern LIST = Pattern.compile("\\s*" + TAG + "(\\s*,\\s*" + TAG + ")*\\s*");

    static IfMatch parse(@Nullable String header) {
        if (header == null || header.strip().equals("*")) {
            return new IfMatch(null);
        }
        if (header.length() > 1_000 || !LIST.matcher(header).matches()) {
            String detail = "If-Match is the ETag of an answer, with its quotes, or *.";
            throw new ProblemException(400, FieldError.of("", "invalid-if-match", detail));
        }
        Set<String> tags = new HashSet<>();
        for (Matcher tag = TAG.matcher(header); tag.find(); ) {
            if (tag.group(1) == null) {
                tags.add(tag.group(2));
            }
        }
        return new IfMatch(tags);
    }

    /** Whether the client does not care. */
    boolean isAny() {
        return tags == null;
    }

    /** @throws ProblemException 412 if the client has seen something else */
    void require(int version) {
        if (!allows(Integer.toString(version))) {
            throw Webhooks.changedMeanwhile();
        }
    }

    /** Whether the client has seen what has this entity tag, or does not care. */
    boolean allows(String tag) {
        return tags == null || tags.contains(tag);
    }
}
