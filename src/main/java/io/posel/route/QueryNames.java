package io.posel.route;

import io.posel.problem.ProblemException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of a request's query parameters. A call refuses those that it does not know: who misspells a filter would
 * get everything, and who asks for a dry run in the query would get a real one.
 */
final class QueryNames {
    private static final int MAX_SHOWN = 100;

    private QueryNames() {}

    /**
     * @param query as it was sent
     * @throws ProblemException 400 for a name that is not known, or that stands there twice
     */
    static void require(@Nullable String query, String... known) {
        if (query == null) {
            return;
        }
        Set<String> seen = new HashSet<>();
        for (String part : query.split("&")) {
            String name = decoded(part.split("=", 2)[0]);
            if (name.isEmpty()) {
                continue;
            } else if (!List.of(known).contains(name)) {
                throw unknown(name.length() <= MAX_SHOWN ? name : name.substring(0, MAX_SHOWN) + "…", known);
            } else if (!seen.add(name)) {
                throw new ProblemException(
                        400,
                        "invalid-parameter",
                        Map.of("name", name),
                        "The parameter " + name + " stands there twice; several states are one list, with commas.");
            }
        }
    }

    private static ProblemException unknown(String name, String... known) {
        String others = known.length == 0
                ? "this call takes none"
                : "known here: "
                        + String.join(", ", Arrays.stream(known).sorted().toList());
        return new ProblemException(
                400,
                "unknown-parameter",
                Map.of("name", name),
                "There is no query parameter " + name + "; " + others + ".");
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }
}
