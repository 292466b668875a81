package io.posel.webhook;

/** The scope in which a webhook's deliveries keep their order (F6). */
public enum Ordering {
    /** Each entity stands in a line of its own: the default. */
    ENTITY("entity"),
    /** All events of one entity type stand in one line. */
    ENTITY_TYPE("entityType"),
    NONE("none");

    private final String json;

    Ordering(String json) {
        this.json = json;
    }

    /** The name in JSON and settings. */
    public String json() {
        return json;
    }
}
