package io.posel.web;

import io.posel.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What health paths answer. Shown to everybody: names, states, and why a source fails. */
public record HealthReport(List<Check> checks) {

    /** Degraded is what works, but not as it should: it takes nothing out of traffic. */
    public enum Status {
        UP,
        DEGRADED,
        DOWN
    }

    /**
     * @param name for instance {@code database}
     * @param more members of the answer
     */
    public record Check(String name, Status status, Map<String, Object> more) {
        public Check(String name, Status status) {
            this(name, status, Map.of());
        }

        public Check(String name, boolean up) {
            this(name, up ? Status.UP : Status.DOWN);
        }

        /**
         * A source that is read. One that fails takes nothing out of traffic: the others, and the intake, go on.
         *
         * @param lastSuccess null if there was none since the start
         * @param error why it fails, in words that everybody may see; null if it does not
         */
        public static Check ofSource(String name, @Nullable Instant lastSuccess, @Nullable String error) {
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("kind", "source");
            more.put("lastSuccess", lastSuccess == null ? Json.Null.NULL : lastSuccess);
            more.put("error", error == null ? Json.Null.NULL : error);
            return new Check(name, error == null ? Status.UP : Status.DEGRADED, more);
        }
    }

    public HealthReport {
        checks = List.copyOf(checks);
    }

    public static HealthReport of(Check... checks) {
        return new HealthReport(List.of(checks));
    }

    public boolean up() {
        return checks.stream().noneMatch(check -> check.status() == Status.DOWN);
    }

    HealthReport and(Check check) {
        List<Check> all = new ArrayList<>(checks);
        all.add(check);
        return new HealthReport(all);
    }

    Json json() {
        List<Json> list = new ArrayList<>();
        for (Check check : checks) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("name", check.name());
            members.put("status", check.status());
            members.putAll(check.more());
            list.add(Json.of(members));
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("status", up() ? Status.UP : Status.DOWN);
        members.put("checks", list);
        return Json.of(members);
    }
}
