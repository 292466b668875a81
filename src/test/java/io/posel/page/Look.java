package io.posel.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.util.List;
import java.util.Locale;

/** How somebody's browser is set: the language of pages, light or dark, and the size of its window. */
record Look(String locale, ColorScheme scheme, int width, int height) {
    static final Look ENGLISH = new Look("en-GB", ColorScheme.LIGHT, 1280, 800);
    static final Look CZECH = new Look("cs-CZ", ColorScheme.LIGHT, 1280, 800);

    static final int PHONE_WIDTH = 360;
    static final int PHONE_HEIGHT = 740;

    Look dark() {
        return new Look(locale, ColorScheme.DARK, width, height);
    }

    Look onPhone() {
        return new Look(locale, scheme, PHONE_WIDTH, PHONE_HEIGHT);
    }

    /** Both languages, in light the one and in dark the other. */
    static List<Look> languages() {
        return List.of(ENGLISH, CZECH.dark());
    }

    /** Of the two texts the one that is read in this language. */
    String of(String english, String czech) {
        return isCzech() ? czech : english;
    }

    boolean isCzech() {
        return locale.equals(CZECH.locale);
    }

    Browser.NewContextOptions options(String baseUrl) {
        return new Browser.NewContextOptions()
                .setBaseURL(baseUrl)
                .setLocale(locale)
                .setTimezoneId("Europe/Prague")
                .setColorScheme(scheme)
                .setReducedMotion(ReducedMotion.REDUCE) // nothing is looked at while it moves
                .setViewportSize(width, height);
    }

    @Override
    public String toString() {
        return locale + " " + scheme.name().toLowerCase(Locale.ROOT) + " " + width;
    }
}
