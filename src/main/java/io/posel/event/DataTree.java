package io.posel.event;

import io.posel.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Event data put together from dotted names. */
final class DataTree {
    /** Far below {@link Json#MAX_DEPTH}, so that the whole can be read again. */
    private static final int MAX_SEGMENTS = 10;

    private Json.Obj root;

    DataTree(Json.Obj root) {
        this.root = root;
    }

    /** @return false, with nothing changed, if there is a value of the other kind (object or plain) on the way */
    boolean put(String name, Json value) {
        List<String> path = List.of(name.split("\\.", -1));
        Json.Obj changed = path.size() > MAX_SEGMENTS ? null : with(root, path, value);
        if (changed == null) {
            return false;
        }
        root = changed;
        return true;
    }

    private static Json.@Nullable Obj with(Json.Obj object, List<String> path, Json value) {
        String name = path.get(0);
        Json present = object.get(name);
        Json next;
        if (path.size() > 1) {
            boolean free = present == null || present == Json.Null.NULL;
            Json.Obj child = free ? Json.EMPTY : present instanceof Json.Obj inner ? inner : null;
            next = child == null ? null : with(child, path.subList(1, path.size()), value);
        } else if (present instanceof Json.Obj) {
            next = value == Json.Null.NULL ? present : null;
        } else {
            next = value;
        }
        if (next == null) {
            return null;
        }
        Map<String, Json> members = new LinkedHashMap<>(object.members());
        members.put(name, next);
        return new Json.Obj(members);
    }

    Json.Obj toJson() {
        return root;
    }
}
