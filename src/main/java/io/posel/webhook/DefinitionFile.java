package io.posel.webhook;

import io.posel.json.Json;

/**
 * The file that a definition stands in.
 *
 * @param name without its folder
 * @param digest of its text as it was read last: any change of it is another chance for a webhook that has expired
 */
public record DefinitionFile(String name, String digest) {

    /** What the store encrypts and keeps: a digest tells something about secrets in the text. */
    public Json toStored() {
        return Json.object("name", name, "digest", digest);
    }

    /** @throws IllegalArgumentException if it is not what {@link #toStored} wrote */
    public static DefinitionFile fromStored(Json stored) {
        if (stored instanceof Json.Obj object
                && object.get("name") instanceof Json.Str name
                && object.get("digest") instanceof Json.Str digest) {
            return new DefinitionFile(name.value(), digest.value());
        }
        throw new IllegalArgumentException("a stored file of a definition has a name and a digest");
    }
}
