package io.posel;

/** Starts Posel. */
public final class Posel {
    private Posel() {}

    public static void main(String[] args) {
        System.exit(1);
    }
}
