package io.posel.delivery;

/** Allows so many requests per second, and after a pause as many at once as come in one second. Has no clock of its own. */
final class TokenBucket {
    private final double perSecond;
    private final double most;
    private double tokens;
    private long at;

    TokenBucket(double perSecond, long nowMillis) {
        this.perSecond = perSecond;
        this.most = Math.max(1, perSecond);
        this.tokens = most;
        this.at = nowMillis;
    }

    double perSecond() {
        return perSecond;
    }

    /** Milliseconds until a request may go, 0 for now. A clock that jumps gives at most what a pause gives. */
    long waitMillis(long nowMillis) {
        if (nowMillis > at) {
            tokens = Math.min(most, tokens + (nowMillis - at) * perSecond / 1_000);
        }
        at = nowMillis;
        return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) * 1_000 / perSecond);
    }

    /** A request goes. */
    void take() {
        tokens--;
    }
}
