package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GroupCommitTest {
    private final List<List<String>> written = new ArrayList<>();
    private final GroupCommit<String, String> writer =
            new GroupCommit<>("test", true, new GroupCommit.Batch<String, String>() {
                @Override
                public List<String> write(List<String> items) {
                    written.add(items);
                    return items;
                }

                @Override
                public Duration patience(String item) {
                    return item.startsWith("patient") ? Duration.ofHours(1) : Duration.ZERO;
                }
            });

    private static String answer(CompletableFuture<String> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName(
            "The first item is written at once; patient ones after it share the next write, which an end does not wait for")
    void patient() throws Exception {
        writer.start();
        answer(writer.submit("patient 1"));
        List<CompletableFuture<String>> others = new ArrayList<>();
        for (int i = 2; i < 100; i++) {
            others.add(writer.submit("patient " + i));
        }
        assertThat(others).noneMatch(CompletableFuture::isDone);

        writer.close();

        assertThat(answer(others.get(97))).isEqualTo("patient 99");
        assertThat(written).hasSize(2);
        assertThat(written.get(0)).containsExactly("patient 1");
        assertThat(written.get(1)).hasSize(98).startsWith("patient 2").endsWith("patient 99");
    }

    @Test
    @DisplayName("One in a hurry takes those along that wait before it")
    void hurry() throws Exception {
        writer.start();
        answer(writer.submit("patient 1"));
        CompletableFuture<String> patient = writer.submit("patient 2");

        answer(writer.submit("hurry"));

        assertThat(patient).isDone();
        assertThat(written).hasSize(2);
        writer.close();
    }

    @Test
    @DisplayName("What is submitted after the end is refused")
    void closed() {
        writer.start();
        writer.close();

        assertThat(writer.submit("late")).isCompletedExceptionally();
    }
}
