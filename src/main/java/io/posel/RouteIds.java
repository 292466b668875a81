package io.posel;

import io.posel.event.InvalidFileException;
import io.posel.event.YamlFile;
import io.posel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Refuses route files that give one id to two routes, by the lines of both; Camel itself names neither. */
final class RouteIds {
    private final Map<String, String> places = new HashMap<>();

    private RouteIds() {}

    /** @throws StartFailedException for the first id that stands twice in the home's route files */
    static void check(RouteSet routes) {
        RouteIds ids = new RouteIds();
        try {
            for (Path file : routes.files()) {
                ids.read(file);
            }
        } catch (IOException e) {
            throw new StartFailedException("the routes cannot be read: " + e, e);
        }
    }

    private void read(Path path) {
        YamlFile file;
        try {
            file = YamlFile.read(path);
        } catch (InvalidFileException e) {
            return; // Camel may understand it, or else says what is wrong
        }
        if (file.root() instanceof Json.Arr list) {
            List<Json> items = list.items();
            for (int i = 0; i < items.size(); i++) {
                if (items.get(i) instanceof Json.Obj item
                        && item.get("route") instanceof Json.Obj route
                        && route.get("id") instanceof Json.Str id) {
                    add(id.value(), path + ":" + file.line("/" + i + "/route/id"));
                }
            }
        }
    }

    private void add(String id, String place) {
        String other = places.putIfAbsent(id, place);
        if (other != null) {
            throw new StartFailedException(place + ": the route id " + id + " is already in " + other, null);
        }
    }
}
