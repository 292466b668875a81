package io.posel.json;

/**
 * What JSON takes in memory once it is parsed, which is up to 26 times its text: told by its text, so that somebody may
 * refuse or wait before it is parsed.
 *
 * <p>Promises: no valid text takes much more than this says, whatever its shape. Ordinary ones take about half.
 */
public final class JsonWeight {
    /** Of a value: a record, its text's object and array, and its place in a list. */
    private static final int VALUE = 68;
    /** Of a member beside its value: its name, and its places in an object. */
    private static final int MEMBER = 64;
    /** Of a member of an object with many: its entry in a map. */
    private static final int ENTRY = 56;

    private JsonWeight() {}

    /** In bytes. @param utf8 need not be valid */
    public static int of(byte[] utf8) {
        long weight = VALUE;
        int depth = 0;
        int[] members = new int[Json.MAX_DEPTH + 1]; // of what is open
        boolean quoted = false;
        boolean wide = false;
        for (int i = 0; i < utf8.length; i++) {
            byte b = utf8[i];
            if (b < 0) {
                wide |= (b & 0xff) >= 0xc4; // beyond U+00FF, which makes each character of its text two bytes
            } else if (quoted) {
                if (b == '\\') {
                    wide |= i + 1 < utf8.length && utf8[i + 1] == 'u';
                    i++;
                } else if (b == '"') {
                    quoted = false;
                }
            } else {
                switch (b) {
                    case '"' -> quoted = true;
                    case ',' -> weight += VALUE;
                    case '[', '{' -> {
                        weight += VALUE;
                        depth = Math.min(depth + 1, Json.MAX_DEPTH); // what is deeper is refused
                        members[depth] = 0;
                    }
                    case ']', '}' -> depth = Math.max(depth - 1, 0);
                    case ':' -> {
                        int count = ++members[depth];
                        weight += MEMBER + (count > Members.FEW ? ENTRY : 0);
                        weight += count == Members.FEW + 1 ? (long) ENTRY * Members.FEW : 0;
                    }
                    default -> {}
                }
            }
        }
        return (int) Math.min(Integer.MAX_VALUE, (wide ? 2L : 1L) * utf8.length + weight);
    }
}
