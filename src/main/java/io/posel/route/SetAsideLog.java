package io.posel.route;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import io.posel.store.SetAside;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets aside what one source brought and no event could be made of; tells of each once. */
public final class SetAsideLog {
    private static final Logger LOG = LoggerFactory.getLogger(SetAsideLog.class);

    private final String source;
    private final SetAside store;

    public SetAsideLog(String source, SetAside store) {
        this.source = source;
        this.store = store;
    }

    /** @param key the item's own; null if it has none */
    public void keep(@Nullable String key, ProblemException problem, Json data) {
        String reason = reason(problem);
        if (store.keep(source, key, reason, data)) {
            LOG.warn(
                    "Source {}: {} makes no event and is set aside: {}",
                    source,
                    key == null ? "an item without id" : "item " + printable(key),
                    printable(reason));
        }
    }

    /** For people. */
    static String reason(ProblemException problem) {
        return problem.errors().stream()
                .map(error -> (error.pointer().isEmpty() ? "" : error.pointer() + ": ") + error.detail())
                .collect(Collectors.joining(" "));
    }

    /** One line, not too long. */
    static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }
}
