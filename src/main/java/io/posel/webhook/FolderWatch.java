package io.posel.webhook;

import java.util.Optional;
import java.util.function.Supplier;

/** Tells when what a folder holds has changed and is whole: files are not written at once. Not thread-safe. */
public final class FolderWatch {
    private final Supplier<DefinitionFolder.Contents> folder;
    private String seen = "";
    private String handled = "";

    /** @param folder looks into it */
    public FolderWatch(Supplier<DefinitionFolder.Contents> folder) {
        this.folder = folder;
    }

    /** What it holds now, to be {@link #handled} as it is: for the start, when nobody can wait for a second look. */
    public DefinitionFolder.Contents first() {
        DefinitionFolder.Contents contents = folder.get();
        seen = contents.digest();
        return contents;
    }

    /** What it holds, if this and the look before saw the same and that was not handled yet. */
    public Optional<DefinitionFolder.Contents> look() {
        DefinitionFolder.Contents contents = folder.get();
        boolean same = contents.digest().equals(seen);
        seen = contents.digest();
        return same && !contents.digest().equals(handled) ? Optional.of(contents) : Optional.empty();
    }

    /** It is told no more of, until it changes. */
    public void handled(DefinitionFolder.Contents contents) {
        handled = contents.digest();
    }
}
