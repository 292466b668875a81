package io.posel.delivery;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** What the disk knows of deliveries that were on their way when the process died. */
public interface StartRecord {

    /**
     * What the processes before leave behind.
     *
     * @param crashed whether the last one died, so that for a while every start is to be written down
     * @param crashes of deliveries that were on their way when it died, how often in a row; these are always written down
     */
    record Suspicion(boolean crashed, Map<Queued.Run, Integer> crashes) {
        /** Copies. */
        public Suspicion {
            crashes = Map.copyOf(crashes);
        }

        /** Nothing died. */
        public static Suspicion none() {
            return new Suspicion(false, Map.of());
        }
    }

    Suspicion read() throws SQLException;

    /**
     * Writes down that these are about to be sent; whoever was alone before is not any more. Returns when it survives a
     * power loss.
     *
     * @param alone whether nothing else is on its way
     */
    void starting(List<Queued> deliveries, boolean alone) throws SQLException;

    /** The process runs for a while and has not died: what is still on its way stays written down, the rest is removed. */
    void calm() throws SQLException;
}
