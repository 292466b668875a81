package io.posel.delivery;

/** A delivery that waits for a permit, and how it goes on when it has one. */
record Turn(Delivery delivery, Runnable goOn) {
    String webhookId() {
        return delivery.queued().webhookId();
    }
}
