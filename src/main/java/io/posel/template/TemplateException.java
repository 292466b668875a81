package io.posel.template;

/**
 * A template that cannot work, found when it is compiled.
 *
 * <p>The message is one English sentence that says what is wrong and what to do. It never repeats the template's own
 * text (which may hold keys), but for a single character or the name of a variable or header. Programs and
 * translations go by {@link #code}, which is stable and kebab-case:
 *
 * <ul>
 *   <li>any template: {@code lone-surrogate};
 *   <li>body: {@code body-empty}, {@code json-value-expected}, {@code json-name-expected}, {@code json-colon-expected},
 *       {@code json-comma-expected}, {@code json-trailing-comma}, {@code json-quotes}, {@code json-character},
 *       {@code json-unclosed}, {@code json-more-follows}, {@code json-word}, {@code json-number}, {@code json-escape},
 *       {@code json-control-character}, {@code json-too-deep}, {@code not-a-variable},
 *       {@code variable-not-whole-value}, {@code variable-as-name};
 *   <li>URL: {@code url-empty}, {@code url-scheme}, {@code url-host}, {@code url-port}, {@code url-user-info},
 *       {@code url-character}, {@code url-percent-escape}, {@code url-fragment}, {@code url-dot-segment},
 *       {@code variable-in-scheme}, {@code variable-in-user-info}, {@code variable-in-host},
 *       {@code variable-in-port};
 *   <li>header: {@code header-name}, {@code header-name-reserved}, {@code header-control-character}.
 * </ul>
 */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Place place;
    private final String code;
    private final String character;

    private TemplateException(Place place, String code, String message, String character) {
        super(message);
        this.place = place;
        this.code = code;
        this.character = character;
    }

    static TemplateException at(String template, int index, String code, String message) {
        return new TemplateException(Place.of(template, index), code, message, "");
    }

    /** About the character there, which may be invisible or look like another. */
    static TemplateException ofCharacter(String template, int index, String code, String message) {
        String character = CodePoints.name(template.codePointAt(index));
        return new TemplateException(Place.of(template, index), code, character + " " + message, character);
    }

    /** From 1; a line ends with CR, LF or both. */
    public int line() {
        return place.line();
    }

    /** From 1, in UTF-16 units as a browser's text field counts them. */
    public int column() {
        return place.column();
    }

    public String code() {
        return code;
    }

    /** Which character it is about, such as {@code U+FEFF}; {@code ""} if it is about no single one. */
    public String character() {
        return character;
    }
}
