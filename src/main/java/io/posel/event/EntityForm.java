package io.posel.event;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.util.Objects;

/** Reads what names an entity, in the form that it has in events. */
public final class EntityForm {

    private EntityForm() {}

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
