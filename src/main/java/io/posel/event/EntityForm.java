package io.posel.event;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.util.Objects;

/** Reads what names an entity, in the form that it has in events. */
public final class EntityForm {

    private EntityForm() {}

    /** An entity, and the number that its next event has. */
    public record Numbering(EntityRef entity, long next) {}

    /**
     * The members {@code entity} and {@code next} of this.
     *
     * @throws ProblemException 400 with a pointer for each error
     */
    public static Numbering readNumbering(Json.Obj body) {
        Errors errors = new Errors();
        Checks checks = new Checks(errors);
        EntityRef entity = NativeForm.entity(Part.of(body, "", "entity"), checks, errors);
        Long next = checks.firstSequence(Part.of(body, "", "next"));
        errors.refuse(400, "The request");
        return new Numbering(Objects.requireNonNull(entity), Objects.requireNonNull(next));
    }

    /**
     * The member {@code entity} of this.
     *
     * @throws ProblemException 400 with a pointer for each error
     */
    public static EntityRef read(Json.Obj body) {
        Errors errors = new Errors();
        EntityRef entity = NativeForm.entity(Part.of(body, "", "entity"), new Checks(errors), errors);
        errors.refuse(400, "The request");
        return Objects.requireNonNull(entity);
    }
}
