package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.ErasureWatch;
import io.posel.delivery.Outcome;
import io.posel.store.Settlement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks before an attempt whether it may begin. From then on it is in flight: what is erased later does not stop it, what
 * was erased before is not sent.
 */
public final class LastLook {
    private static final Logger LOG = LoggerFactory.getLogger(LastLook.class);

    private final BooleanSupplier owner;
    private final ErasureWatch erasures;
    private final Settlement settlement;
    private final InstantSource clock;

    /** @param owner whether requests may be started; asked again here, since the process may have been stopped meanwhile */
    public LastLook(BooleanSupplier owner, ErasureWatch erasures, Settlement settlement, InstantSource clock) {
        this.owner = owner;
        this.erasures = erasures;
        this.settlement = settlement;
        this.clock = clock;
    }

    /** If not, the delivery is skipped, or postponed where it is not known. */
    boolean lets(Delivery delivery) {
        try {
            if (!owner.getAsBoolean()) {
                delivery.postpone();
                return false;
            } else if (erasures.isErased(delivery)) {
                Outcome skipped = new Outcome.Skipped(delivery.queued(), clock.instant(), "erased");
                delivery.end(skipped);
                settlement.settle(skipped);
                return false;
            }
            return true;
        } catch (SQLException e) {
            LOG.debug(
                    "It is not known whether what delivery {} tells of is erased",
                    delivery.queued().id(),
                    e);
            delivery.postpone();
            return false;
        }
    }
}
