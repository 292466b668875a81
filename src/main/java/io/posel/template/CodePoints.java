package io.posel.template;

/** Characters that people do not see, or take for others. */
final class CodePoints {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private CodePoints() {}

    /**
     * Whether a character can be seen neither by itself nor by what it does: byte order marks, zero width spaces, marks of
     * direction, and spaces that are not the common one. Joiners do something, in Persian and in emoji.
     */
    static boolean isInvisible(int c) {
        return isBlank(c) ? c != ' ' && c != '\t' && c != '\n' && c != '\r' : isUnseen(c);
    }

    private static boolean isUnseen(int c) {
        return Character.getType(c) == Character.FORMAT && c != ZERO_WIDTH_NON_JOINER && c != ZERO_WIDTH_JOINER
                || Character.isISOControl(c);
    }

    static boolean isBlank(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** {@code U+FEFF}. */
    static String name(int c) {
        return String.format("U+%04X", c);
    }
}
