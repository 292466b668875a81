package io.posel.web;

import io.posel.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What health paths answer. Shown to everybody: names and states, no reasons. */
public record HealthReport(List<Check> checks) {

    /** Degraded is what works, but not as it should: it takes nothing out of traffic. */
    public enum Status {
        UP,
        DEGRADED,
        DOWN
    }

    /** @param name for instance {@code database} */
    public record Check(String name, Status status) {
        public Check(String name, boolean up) {
            this(name, up ? Status.UP : Status.DOWN);
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
            list.add(Json.of(members));
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("status", up() ? Status.UP : Status.DOWN);
        members.put("checks", list);
        return Json.of(members);
    }
}
