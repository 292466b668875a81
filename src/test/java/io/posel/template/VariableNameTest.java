package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariableNameTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "items.0.sku      | \"A1\"",
                "items.1.sku      | \"A2\"",
                "items.01.sku     | \"A2\"",
                "items.1          | {\"sku\":\"A2\"}",
                "matrix.1.0       | 3",
                "by.0.sku         | \"by name\"",
                "by.00            | \"two noughts\"",
                "_links.self      | \"/x\"",
                "nothing          | null"
            })
    @DisplayName("K19: a number is the index of an array's element, and of an object the member of that name")
    void values(String name, String value) throws Exception {
        Json data = Json.parse(
                "{'items':[{'sku':'A1'},{'sku':'A2'}],'matrix':[[1,2],[3]],'_links':{'self':'/x'},".replace('\'', '"')
                        + "'by':{'0':{'sku':'by name'},'00':'two noughts'},'nothing':null}".replace('\'', '"'));

        assertThat(VariableName.valueIn((Json.Obj) data, name)).hasToString(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "items.2",
                "items.-1",
                "items.x",
                "items.0x",
                "items.99999999999999999999",
                "items.sku",
                "items.length",
                "items.",
                "items..sku",
                "empty.0",
                "text.0",
                "items.0.sku.0"
            })
    void none(String name) throws Exception {
        Json data = Json.parse("{\"items\":[{\"sku\":\"A1\"},2],\"empty\":[],\"text\":\"abc\"}");

        assertThat(VariableName.valueIn((Json.Obj) data, name)).isNull();
    }

    @Test
    void whetherATextIsATemplate() {
        assertThat(VariableName.occursIn("id-#items.0.sku#")).isTrue();
        assertThat(VariableName.occursIn("#5 #items[0]#")).isFalse();
    }
}
