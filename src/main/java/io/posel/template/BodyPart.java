package io.posel.template;

import io.posel.json.JsonText;

/** A piece of a body template. */
sealed interface BodyPart {

    void appendTo(StringBuilder out, Variables variables);

    /** Goes out as it was written. */
    record Constant(String text) implements BodyPart {
        @Override
        public void appendTo(StringBuilder out, Variables variables) {
            out.append(text);
        }
    }

    /** Inside the quotes of a string. */
    record InString(Variable variable) implements BodyPart {
        @Override
        public void appendTo(StringBuilder out, Variables variables) {
            JsonText.escape(variable.textIn(variables), out);
        }
    }

    /** A whole value by itself. */
    record WholeValue(Variable variable) implements BodyPart {
        @Override
        public void appendTo(StringBuilder out, Variables variables) {
            variable.appendJson(variables, out);
        }
    }
}
