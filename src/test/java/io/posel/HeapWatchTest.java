package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HeapWatchTest {
    private static final long MEGABYTE = 1024 * 1024;

    private final Pool old = new Pool();
    private final List<Integer> ended = new ArrayList<>();
    private long seconds;
    private final HeapWatch watch = new HeapWatch(
            List.of(old.bean(MemoryType.HEAP, true)),
            () -> Duration.ofSeconds(seconds).toNanos(),
            ended::add);

    /** In percent. */
    private static final class Pool {
        private long used;
        private long afterCollection;

        private MemoryPoolMXBean bean(MemoryType type, boolean holdsOldObjects) {
            return (MemoryPoolMXBean) Proxy.newProxyInstance(
                    Pool.class.getClassLoader(),
                    new Class<?>[] {MemoryPoolMXBean.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "getType" -> type;
                        case "isUsageThresholdSupported" -> holdsOldObjects;
                        case "getUsage" -> usage(used);
                        case "getCollectionUsage" -> usage(afterCollection);
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }

        private static MemoryUsage usage(long percent) {
            return new MemoryUsage(0, percent * MEGABYTE, 100 * MEGABYTE, 100 * MEGABYTE);
        }
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            seconds++;
            watch.look();
        }
    }

    @Test
    @DisplayName("D3: a heap that collections leave full for 30 s ends the process with exit code 1")
    void full() {
        old.used = 97;
        old.afterCollection = 96;

        look(30);
        assertThat(ended).isEmpty();
        look(1);
        assertThat(ended).containsExactly(1);
    }

    @Test
    @DisplayName("D3: a heap that had room again in between, or whose last collection is old news, does not")
    void notFull() {
        old.used = 97;
        old.afterCollection = 96;
        look(25);
        old.afterCollection = 95;
        look(1);
        old.afterCollection = 96;
        look(25);
        old.used = 80; // freed since the last collection of all
        look(100);
        old.used = 99;
        old.afterCollection = 60; // waits for its collection
        look(100);

        assertThat(ended).isEmpty();
    }

    @Test
    @DisplayName("D3: only where objects get old is looked at")
    void otherPools() {
        old.used = 100;
        old.afterCollection = 100;
        HeapWatch others = new HeapWatch(
                List.of(old.bean(MemoryType.HEAP, false), old.bean(MemoryType.NON_HEAP, true)),
                () -> Duration.ofSeconds(seconds).toNanos(),
                ended::add);
        for (int i = 0; i < 100; i++) {
            seconds++;
            others.look();
        }
        assertThat(ended).isEmpty();
        assertThat(ManagementFactory.getMemoryPoolMXBeans()).anyMatch(HeapWatch::holdsOldObjects);
    }

    @Test
    @DisplayName("D3: a start with too small a heap ends with how much is needed")
    void smallestHeap() {
        assertThatThrownBy(() -> HeapWatch.requireHeap(64 * MEGABYTE))
                .isInstanceOf(StartFailedException.class)
                .hasMessage(
                        "the heap is at most 64 MB, and at least 96 MB are needed. Start Java with -Xmx192m or more");
        // of -Xmx96m the serial collector keeps some to itself
        assertThatCode(() -> HeapWatch.requireHeap(92 * MEGABYTE)).doesNotThrowAnyException();
    }
}
