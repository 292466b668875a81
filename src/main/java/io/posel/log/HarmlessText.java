package io.posel.log;

/** Takes out of a text what ends a line, turns it around or commands a terminal. */
final class HarmlessText {
    private HarmlessText() {}

    /** With ? in the place of each control, line separating and direction changing character. */
    static String oneLine(String text) {
        return withoutCommands(text, false);
    }

    /**
     * As {@link #oneLine}, but line feeds and tabs stay, as stack traces have them. A line that does not begin with a
     * space is marked, so that it cannot be taken for one of the log.
     */
    static String furtherLines(String text) {
        String harmless = withoutCommands(text, true);
        return harmless.indexOf('\n') < 0 ? harmless : harmless.replaceAll("\n(?=\\S)", "\n| ");
    }

    /** Nearly every text is harmless, and one is written for each delivery: that costs a look at each character. */
    private static String withoutCommands(String text, boolean severalLines) {
        for (int i = 0; i < text.length(); i++) {
            if (commands(text.charAt(i), severalLines)) {
                return replaced(text, i, severalLines);
            }
        }
        return text;
    }

    private static String replaced(String text, int first, boolean severalLines) {
        char[] chars = text.toCharArray();
        for (int i = first; i < chars.length; i++) {
            if (commands(chars[i], severalLines)) {
                chars[i] = '?';
            }
        }
        return new String(chars);
    }

    private static boolean commands(char c, boolean severalLines) {
        if (c < ' ') {
            return !(severalLines && (c == '\n' || c == '\t'));
        }
        return c >= 0x7f
                && (c <= 0x9f
                        || c == 0x061c
                        || c == 0x200e
                        || c == 0x200f
                        || c >= 0x2028 && c <= 0x202e
                        || c >= 0x2066 && c <= 0x2069
                        || c == 0xfeff);
    }
}
