package io.posel.webhook;

import io.posel.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON merge patch (RFC 7396, section 2). */
final class MergePatch {

    private MergePatch() {}

    static Json apply(@Nullable Json target, Json patch) {
        if (!(patch instanceof Json.Obj changes)) {
            return patch;
        }
        Map<String, Json> members = new LinkedHashMap<>();
        if (target instanceof Json.Obj object) {
            members.putAll(object.members());
        }
        changes.members().forEach((name, change) -> {
            if (change == Json.Null.NULL) {
                members.remove(name);
            } else {
                members.put(name, apply(members.get(name), change));
            }
        });
        return new Json.Obj(members);
    }
}
