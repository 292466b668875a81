package io.posel.page;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import java.util.List;

/** What the rules of axe-core find on a page that keeps people from using it. */
final class Axe {
    private static final String SERIOUS = """
            async only => {
              const { violations } = await axe.run(document, { resultTypes: ['violations'], ...only });
              return violations
                .filter(rule => ['serious', 'critical'].includes(rule.impact))
                .flatMap(rule => rule.nodes.map(node => `${rule.id} at ${node.target}: ${node.failureSummary}`));
            }""";

    private Axe() {}

    /** One string for each place: the rule, where, and what to do about it. */
    static List<?> findings(Page page) {
        return findings(page, "{}");
    }

    /** Only what the choice of colours decides about. */
    static List<?> findingsOfColours(Page page) {
        return findings(page, "{\"runOnly\": [\"color-contrast\", \"link-in-text-block\"]}");
    }

    private static List<?> findings(Page page, String options) {
        // the builder's own way loads the rules anew for each look, and opens a tab for it
        if (page.evaluate("typeof axe").equals("undefined")) {
            page.evaluate(AxeBuilder.getAxeScript());
        }
        return (List<?>) page.evaluate("(" + SERIOUS + ")(" + options + ")");
    }
}
