package io.posel.web;

import java.time.Duration;
import java.time.InstantSource;

/** Counts wrong tokens and login links per remote address, of IPv6 per /64. Safe for use by several threads. */
public final class WrongTokens {
    private final Buckets buckets;

    /**
     * @param perMinute how many are met with a plain refusal, at once and per minute
     * @param addresses how many addresses are remembered
     */
    public WrongTokens(int perMinute, int addresses, InstantSource clock) {
        this.buckets = new Buckets(perMinute, Duration.ofMinutes(1), addresses, clock::millis);
    }

    /** Counts one wrong token. Zero while the address is within its budget, else how long until it is again. */
    public Duration count(String address) {
        return buckets.take(RemoteNetwork.of(address));
    }

    int remembered() {
        return buckets.remembered();
    }
}
