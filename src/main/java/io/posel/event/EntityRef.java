package io.posel.event;

/** What an event is about, for instance {@code customer:42}. Order is kept per entity. */
public record EntityRef(String type, String id) {
    @Override
    public String toString() {
        return type + ":" + id;
    }
}
