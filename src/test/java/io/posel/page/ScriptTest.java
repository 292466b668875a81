package io.posel.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.page.Script.Import;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTest {

    private static Script script(String text) {
        return new Script("app.js", text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import a from 'x';",
                "import a from \"x\"",
                "import{a as b}from\"x\";",
                "var c=1;import a,{b}from'x'",
                "import * as a from 'x';",
                "import {\n  a,\n  b as $c,\n} from 'x';",
                "import 'x';",
                "import\"x\";",
                "export {a} from 'x';",
                "export*from'x'",
                "export * as a from 'x'",
                "import from from 'x'"
            })
    void whatRunsBeforeItIsImported(String text) {
        assertThat(script(text).imports()).containsExactly(new Import("x", true));
        assertThat(script(text).with(what -> what + "!")).isEqualTo(text.replaceFirst("([\"'])x", "$1x!"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"import('x')", "await import( \"x\" );", "() => import(\n'x'\n).then(y)"})
    void whatIsLoadedLaterIsImportedToo(String text) {
        assertThat(script(text).imports()).containsExactly(new Import("x", false));
        assertThat(script(text).with(what -> "./" + what)).isEqualTo(text.replaceFirst("([\"'])x", "$1./x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "const a = 'x';",
                "export const from = 'x';",
                "export default function () { return 'x'; }",
                "Array.from('x')",
                "a.import('x')",
                "$import('x')",
                "reimport('x')",
                "import.meta.url + 'x'",
                "export {a}; b.from('x')",
                "import a from './it\\'s.js'"
            })
    void whatIsNoImportIsLeftAlone(String text) {
        assertThat(script(text).imports()).isEmpty();
        assertThat(script(text).with(what -> "wrong")).isEqualTo(text);
    }

    @Test
    void severalAreFoundInTheirOrder() {
        assertThat(script("import a from 'a';import{b}from'b';\nconst c = () => import('c');")
                        .imports())
                .containsExactly(new Import("a", true), new Import("b", true), new Import("c", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"import(x)", "import(`./${x}.js`)", "import()"})
    void whatCannotBeKnownBeforeIsRefused(String text) {
        assertThatThrownBy(() -> script(text).imports()).hasMessageContaining("app.js imports something");
    }

    @Test
    void thePlaceOfASourceMapIsCut() {
        assertThat(script("a();\n//# sourceMappingURL=a.js.map\n").with(what -> what))
                .isEqualTo("a();\n");
        assertThat(script("a();\n//# sourceMappingURL=a.js.map").with(what -> what))
                .isEqualTo("a();");
    }
}
