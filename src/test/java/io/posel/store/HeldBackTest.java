package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a writer does with what the database refuses, in a time of the test's own. Items are {@code webhook/lane/n}. */
class HeldBackTest {
    private static final Duration LOCK = Duration.ofSeconds(5);

    private final List<String> written = new ArrayList<>();
    private final Map<String, String> refused = new HashMap<>();
    private final List<Integer> tries = new ArrayList<>();
    private boolean slow;
    private boolean away;
    private long now = 1_000_000_000_000L;
    private final GroupCommit<String, String> writer = new GroupCommit<>(
            "test",
            true,
            new GroupCommit.Batch<String, String>() {
                @Override
                public List<String> write(List<String> items) throws SQLException {
                    if (away) {
                        throw new SQLException("away", "08006");
                    }
                    tries.add(items.size());
                    for (String each : items) {
                        String state = refused.entrySet().stream()
                                .filter(entry -> each.startsWith(entry.getKey()))
                                .map(Map.Entry::getValue)
                                .findFirst()
                                .orElse(null);
                        if (state != null) {
                            now += slow ? LOCK.toNanos() : 0;
                            throw new SQLException("refused", state);
                        }
                    }
                    written.addAll(items);
                    return items;
                }

                @Override
                public @Nullable Object strand(String item, boolean wide) {
                    String[] parts = item.split("/");
                    return parts.length < 2 ? null : wide ? parts[0] : parts[0] + "/" + parts[1];
                }

                @Override
                public boolean isAlone(String item) {
                    return !item.contains("/");
                }

                @Override
                public void clarify() throws SQLException {
                    if (away) {
                        throw new SQLException("away", "08006");
                    }
                }
            },
            () -> now);

    private final Map<String, CompletableFuture<String>> answers = new HashMap<>();

    private void submit(String... items) {
        for (String each : items) {
            answers.put(each, writer.submit(each));
        }
    }

    private void turns() {
        for (int i = 0; i < 60; i++) {
            writer.turn();
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
        turns();
    }

    @Test
    @DisplayName("E3: what is refused is held back with its lane alone, and written in its order when it can be")
    void lane() {
        refused.put("w/a/1", "42501");
        submit("w/a/0", "w/a/1", "w/b/1", "w/a/2", "v/a/1");
        turns();
        submit("w/a/3", "w/b/2");
        turns();

        assertThat(written).containsExactlyInAnyOrder("w/a/0", "w/b/1", "v/a/1", "w/b/2");
        assertThat(writer.waiting()).isEqualTo(3);

        refused.clear();
        pass(Duration.ofSeconds(2));
        assertThat(written.subList(4, 7)).containsExactly("w/a/1", "w/a/2", "w/a/3");
        assertThat(writer.waiting()).isZero();
    }

    @Test
    @DisplayName("E3: what is always refused is given up when others were not, and those behind it are written")
    void givenUp() {
        refused.put("w/a/1", "42501");
        refused.put("w/b/1", "42501");
        submit("w/a/1", "w/a/2", "w/b/1");
        for (int i = 0; i < 10; i++) {
            pass(Duration.ofSeconds(20));
        }
        assertThat(answers.values()).as("nothing is written, so who knows").noneMatch(CompletableFuture::isDone);
        assertThat(writer.standsStill()).isGreaterThan(Duration.ofSeconds(60));

        submit("v/a/1");
        pass(Duration.ofSeconds(40));
        pass(Duration.ofSeconds(40));

        assertThat(written).containsExactly("v/a/1", "w/a/2");
        assertThat(answers.get("w/a/1")).isCompletedExceptionally();
        assertThat(answers.get("w/b/1")).isCompletedExceptionally();
        assertThat(writer.waiting()).isZero();
        assertThat(writer.standsStill()).isZero();
    }

    @Test
    @DisplayName("E3: one whose data are to blame is given up at once, and so is what is not held back")
    void data() {
        refused.put("w/a/1", "22021");
        refused.put("wish", "57014");
        submit("w/a/1", "wish", "w/a/2");
        turns();

        assertThat(written).containsExactly("w/a/2");
        assertThat(answers.get("w/a/1")).isCompletedExceptionally();
        assertThat(answers.get("wish")).isCompletedExceptionally();
    }

    @Test
    @DisplayName("E3: where a refusal takes long few tries meet it, and most of the time is left for the others")
    void slow() {
        slow = true;
        refused.put("w/", "55P03");
        for (int i = 0; i < 100; i++) {
            submit("w/lane" + i + "/1", "v" + i % 5 + "/lane" + i + "/1");
        }
        long before = now;
        turns();
        assertThat(written).hasSize(100);
        assertThat(Duration.ofNanos(now - before)).isLessThanOrEqualTo(LOCK.multipliedBy(3));

        before = now;
        int refusals = 0;
        for (int i = 0; i < 1_000; i++) {
            long then = now;
            now += Duration.ofMillis(100).toNanos();
            writer.turn();
            refusals += now - then > LOCK.toNanos() ? 1 : 0;
        }
        assertThat(LOCK.multipliedBy(refusals)).isLessThan(Duration.ofNanos((now - before) / 4));

        refused.clear();
        pass(Duration.ofSeconds(60));
        assertThat(written).hasSize(200);
    }

    @Test
    @DisplayName("E3, E2: while the database is away nothing is refused, and that it stands still is seen")
    void away() {
        submit("w/a/1", "wish");
        away = true;
        pass(Duration.ofSeconds(16));
        pass(Duration.ofSeconds(16));
        assertThat(answers.values()).noneMatch(CompletableFuture::isDone);
        assertThat(writer.standsStill()).isGreaterThan(Duration.ofSeconds(15));

        away = false;
        turns();
        assertThat(written).containsExactly("w/a/1", "wish");
        assertThat(writer.standsStill()).isZero();
    }

    @Test
    @DisplayName("E3: what the connection breaks of each time, while the database answers, stops no others")
    void breaksTheConnection() {
        refused.put("wish", "08006");
        refused.put("w/a/1", "08006");
        submit("wish", "w/a/1", "w/b/1");
        turns();

        assertThat(written).containsExactly("w/b/1");
        assertThat(answers.get("wish")).isCompletedExceptionally();
    }
}
