package io.posel.template;

/** Finds what UTF-16 can hold and UTF-8 cannot. */
final class Surrogates {

    private Surrogates() {}

    /** Whether this is a surrogate without its other half. */
    static boolean isLone(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    static TemplateException refused(String template, int index) {
        return TemplateException.at(
                template, index, "lone-surrogate", "This character is broken (half of a pair), type it again.");
    }
}
