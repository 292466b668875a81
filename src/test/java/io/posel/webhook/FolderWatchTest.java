package io.posel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FolderWatchTest {
    private String digest = "a";
    private final FolderWatch watch = new FolderWatch(() -> new DefinitionFolder.Contents(true, List.of(), digest));

    @Test
    void whatWasThereAtTheStartIsNoChange() {
        watch.handled(watch.first());

        assertThat(watch.look()).isEmpty();
        assertThat(watch.look()).isEmpty();
    }

    @Test
    void aChangeIsToldWhenTwoLooksSawTheSame() {
        watch.handled(watch.first());
        for (String half : List.of("b", "c", "d")) {
            digest = half;
            assertThat(watch.look()).isEmpty();
        }

        assertThat(watch.look())
                .hasValueSatisfying(contents -> assertThat(contents.digest()).isEqualTo("d"));
    }

    @Test
    void whatIsNotHandledIsToldAgainAndWhatIsNotUntilItChanges() {
        watch.handled(watch.first());
        digest = "b";
        watch.look();
        assertThat(watch.look()).isPresent();

        watch.handled(watch.look().orElseThrow());

        assertThat(watch.look()).isEmpty();
        digest = "a";
        assertThat(watch.look()).isEmpty();
        assertThat(watch.look()).isPresent();
    }
}
