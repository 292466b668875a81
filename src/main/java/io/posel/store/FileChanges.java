package io.posel.store;

import java.util.List;

/**
 * What applying files changed, by the ids of webhooks.
 *
 * @param restored those that had expired or been deleted
 * @param files how many there are
 */
public record FileChanges(
        List<String> created, List<String> edited, List<String> restored, List<String> deleted, int files) {

    public boolean isEmpty() {
        return created.isEmpty() && edited.isEmpty() && restored.isEmpty() && deleted.isEmpty();
    }

    @Override
    public String toString() {
        return files + " webhooks; created " + created + ", changed " + edited + ", brought back " + restored
                + ", deleted " + deleted;
    }
}
