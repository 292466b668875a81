package io.posel.store;

/**
 * The columns that are encrypted. A row's name in them is what its ciphertext is bound to: it must never change.
 */
enum SealedColumn {
    DEFINITION("webhook", "definition", "id", "0"),
    SIGNING("webhook", "signing", "id", "0"),
    FILE("webhook", "file", "id", "0"),
    VERSION("webhook_version", "definition", "webhook_id", "version");

    private final String table;
    private final String column;
    private final String id;
    private final String version;

    SealedColumn(String table, String column, String id, String version) {
        this.table = table;
        this.column = column;
        this.id = id;
        this.version = version;
    }

    /** @param number of the version; 0 where there is one row for each id */
    String row(String key, int number) {
        return table + "." + column + ":" + key + ":" + number;
    }

    String selectKeys() {
        return "select " + id + ", " + version + " from " + table + " where " + column + " is not null";
    }

    String selectOne() {
        return "select " + column + " from " + table + where();
    }

    String updateOne() {
        return "update " + table + " set " + column + " = ?" + where();
    }

    private String where() {
        return " where " + id + " = ? and " + version + " = ?";
    }
}
