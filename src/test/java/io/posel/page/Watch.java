package io.posel.page;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A Posel's time that runs as fast as ours, and is as far behind it as a test says: so that a page has a past. */
final class Watch implements InstantSource {
    private volatile Duration behind;

    Watch(Duration behind) {
        this.behind = behind;
    }

    void setBack(Duration duration) {
        behind = duration;
    }

    @Override
    public Instant instant() {
        return InstantSource.system().instant().minus(behind);
    }
}
