package io.posel.template;

/**
 * A place in a template, as a text field shows it.
 *
 * @param line from 1; a line ends with CR, LF or both
 * @param column from 1, in UTF-16 units as browsers count them
 */
record Place(int line, int column) {

    static Place of(String template, int index) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < index; i++) {
            char c = template.charAt(i);
            boolean breaks = c == '\n' || c == '\r' && !template.startsWith("\n", i + 1);
            if (breaks) {
                line++;
                lineStart = i + 1;
            }
        }
        return new Place(line, index - lineStart + 1);
    }
}
