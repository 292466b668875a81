package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VariableTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "customer.id",
                "customer.group.name",
                "creditChange.value",
                "a1",
                "a_b-c.d_",
                "a-.b",
                "zákazník.město",
                "клиент",
                "顧客.番号2",
                "a٣",
                "𐐀𐐁.x",
                "_",
                "_links.self",
                "a.1",
                "items.0.sku",
                "a.2nd.-x._y",
                "ग्राहक.नाम",
                "e\u0301te\u0301"
            })
    @DisplayName("S6, K19: segments of letters of any script, digits, _ and -, joined by dots, name a variable")
    void names(String name) {
        Variable variable = Variable.startingAt("x#" + name + "#y", 1);
        assertThat(variable).isEqualTo(new Variable(name, 1, name.length() + 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1a",
                "0.a",
                "-a",
                ".a",
                "a.",
                "a..b",
                "\u0301a",
                "a.\u0301",
                "items[0]",
                "a b",
                " a",
                "a ",
                "a:b",
                "a/b",
                "a\n",
                "😀"
            })
    void anything_else_between_two_signs_is_text(String text) {
        assertThat(Variable.in("#" + text + "#", 0, text.length() + 2)).isEmpty();
    }

    @Test
    void a_sign_that_begins_no_variable_leaves_the_next_one_free() {
        assertThat(Variable.in("order #5 for #a#, ##b## #c#d#", 0, 29))
                .extracting(Variable::path)
                .containsExactly("a", "b", "c");
    }

    @Test
    void a_variable_that_is_never_closed_is_text() {
        assertThat(Variable.in("#a", 0, 2)).isEmpty();
        assertThat(Variable.in("#", 0, 1)).isEmpty();
    }
}
