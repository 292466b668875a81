package io.posel.template;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something in a template that compiles and will probably not do what its author thinks.
 *
 * @param code stable and kebab-case: {@code not-a-variable}, {@code duplicate-name}, {@code invisible-character}
 * @param params what the sentence speaks of, with {@code line} and {@code column} from 1
 * @param message what is wrong and what to do, in English
 */
public record TemplateWarning(String code, Map<String, Object> params, String message) {
    public TemplateWarning {
        params = Map.copyOf(params);
    }

    static TemplateWarning at(String template, int index, String code, Map<String, Object> more, String message) {
        Place place = Place.of(template, index);
        Map<String, Object> params = new LinkedHashMap<>(more);
        params.put("line", place.line());
        params.put("column", place.column());
        return new TemplateWarning(code, params, message);
    }
}
