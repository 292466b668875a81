package io.posel.route;

import io.posel.event.Event;
import io.posel.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How the sources of this process make events, for what they set aside before. */
public final class SetAsideReaders {

    /** Makes events of what one source set aside. */
    @FunctionalInterface
    public interface Reader {
        /**
         * @param data as it was set aside
         * @throws io.posel.problem.ProblemException if it still makes no valid event
         */
        List<Event> read(Json data);
    }

    private final Map<String, Reader> readers = new ConcurrentHashMap<>();

    /** In place of the one before. */
    public void put(String source, Reader reader) {
        readers.put(source, reader);
    }

    Optional<Reader> find(String source) {
        return Optional.ofNullable(readers.get(source));
    }
}
