package io.posel.source;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the list in an answer. Nothing to read is no error, however a server writes it; what looks as if the pointer
 * were wrong, or as if the server had a complaint, is one.
 */
final class ListFinder {
    private static final int SHOWN = 200;

    private final JsonPointer list;
    private final JsonPointer id;

    ListFinder(JsonPointer list, JsonPointer id) {
        this.list = list;
        this.id = id;
    }

    /** @param remark set if it is not sure that there is nothing */
    record Found(List<Json> items, @Nullable String remark) {
        static final Found NOTHING = new Found(List.of(), null);
    }

    /** @throws IllegalStateException if there is no list, and it does not look like nothing either */
    Found in(Json answer) {
        Json found = list.in(answer);
        if (found instanceof Json.Arr array) {
            return new Found(array.items(), null);
        } else if (found == null) {
            return absent(answer);
        } else if (isNothing(found)) {
            return Found.NOTHING;
        } else if (found instanceof Json.Obj && id.in(found) != null) {
            // one item alone, as converters from XML write it
            return new Found(List.of(found), null);
        }
        throw noList(answer);
    }

    private static boolean isNothing(Json json) {
        return json == Json.Null.NULL
                || json == Json.Bool.FALSE
                || json.equals(new Json.Str(""))
                || json instanceof Json.Obj object && object.members().isEmpty();
    }

    private Found absent(Json answer) {
        boolean nothing = isNothing(answer) || answer.equals(new Json.Arr(List.of()));
        if (nothing && !(answer instanceof Json.Obj)) {
            return Found.NOTHING;
        }
        if (!(answer instanceof Json.Obj object)) {
            throw noList(answer);
        }
        if (!places("", answer, 0).isEmpty()) {
            throw noList(answer);
        }
        for (String complaint : List.of("error", "errors", "fault")) {
            Json said = object.get(complaint);
            if (said != null && !isNothing(said) && !said.equals(new Json.Arr(List.of()))) {
                throw new IllegalStateException(
                        "the answer has no list at \"" + list + "\" but says " + complaint + ": " + shortened(said));
            }
        }
        return new Found(
                List.of(),
                "The answer has no list at \"" + list
                        + "\", which is read as an empty one; if there are items to read, the pointer in \"items\" is"
                        + " wrong");
    }

    private IllegalStateException noList(Json answer) {
        List<String> places = places("", answer, 0);
        return new IllegalStateException("the answer has no list at \"" + list + "\""
                + (places.isEmpty() ? "" : "; there is one at \"" + String.join("\", \"", places) + "\""));
    }

    /** Where lists of objects are. */
    private static List<String> places(String at, Json json, int depth) {
        List<String> places = new ArrayList<>();
        if (json instanceof Json.Arr array) {
            if (!array.items().isEmpty() && array.items().get(0) instanceof Json.Obj) {
                places.add(at);
            }
        } else if (json instanceof Json.Obj object && depth < 2) {
            for (Map.Entry<String, Json> member : object.members().entrySet()) {
                if (!member.getKey().equals("errors") && places.size() < 3) {
                    places.addAll(places(at + JsonPointer.segment(member.getKey()), member.getValue(), depth + 1));
                }
            }
        }
        return places;
    }

    private static String shortened(Json json) {
        String text = json.toString();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
