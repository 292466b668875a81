package io.posel.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Feeds something that reads text with changed copies of what it is made for, as long as {@code posel.fuzz.seconds}
 * says. What it takes is changed further. The same {@code posel.fuzz.seed} makes the same inputs; a failure shows its
 * own, made as short as it can be, to become a case of a test.
 *
 * <p>An input that takes more than {@value #MOST_SECONDS} seconds of processor time fails, and so does one that needs a
 * deeper stack than half of what threads have. Not promised: that every branch is reached.
 */
public final class Fuzz {
    private static final int MOST_SECONDS = 10;
    private static final int STACK_BYTES = 512 * 1024;
    private static final int MOST_CHARACTERS = 100_000;
    private static final int KEPT_CHARACTERS = 4_000;
    private static final int KEPT = 400;
    private static final int SHORTENINGS = 2_000;

    private static final String[] ANYWHERE = {
        "",
        "\0",
        "\t",
        "\n",
        "\r\n",
        " ",
        "\"",
        "'",
        "\\",
        "/",
        "//",
        ":",
        ";",
        ",",
        ".",
        "..",
        "#",
        "%",
        "%2e",
        "%00",
        "?",
        "&",
        "=",
        "@",
        "+",
        "-",
        "_",
        "*",
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        "(",
        ")",
        "|",
        "~",
        "~0",
        "~1",
        "$",
        "`",
        "0",
        "1",
        "9",
        "00",
        "-0",
        "1e9",
        "1E-9",
        ".5",
        "0x1F",
        "99999999999999999999",
        "a",
        "A",
        "e",
        "u",
        "x",
        "true",
        "null",
        "\u007f",
        "\u0085",
        "\u00a0",
        "\u00e9",
        "\u00ff",
        "\u0131",
        "\u0660",
        "\u2028",
        "\u3000",
        "\uff11",
        "\ufeff",
        "\uffff",
        "\ud83d",
        "\ude00",
        "\ud83d\ude00",
        "{{env:HOME}}",
        "${header.x}",
        "\\u0000",
        "\\ud800"
    };

    /** What is tried; anything that it throws, and that is not among what it promises, is a finding. */
    @FunctionalInterface
    public interface Target {
        /** @return whether the input was taken, which makes it worth changing further */
        boolean takes(String input) throws Exception;
    }

    private final Target target;
    private final List<String> pool;
    private final String[] words;
    private final RandomGenerator random;
    private volatile String present = "";
    private volatile long presentSince;
    private long rounds;
    private long taken;

    private Fuzz(Target target, List<String> examples, String[] words, long seed) {
        this.target = target;
        this.pool = new ArrayList<>(examples);
        this.words = words;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /**
     * @param examples what the target is made for, good ones and bad ones
     * @param words what means something to it
     */
    public static void run(List<String> examples, List<String> words, Target target) {
        long seed = Long.getLong("posel.fuzz.seed", 0);
        double seconds = Double.parseDouble(System.getProperty("posel.fuzz.seconds", "1"));
        new Fuzz(target, examples, words.toArray(String[]::new), seed).run(seconds, seed);
    }

    /** What the target has to say about one input; for the fixed cases that findings became. */
    public static void run(String input, Target target) {
        new Fuzz(target, List.of(input), new String[0], 0).run(0, 0);
    }

    /** A property of one of very many inputs; cheaper than an assertion that describes both sides each time. */
    public static void holds(boolean property, String what, Object about) {
        if (!property) {
            throw new AssertionError(what + ": " + about);
        }
    }

    private void run(double seconds, long seed) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread worker = new Thread(null, () -> work(end, threads, done), "fuzz", STACK_BYTES);
        worker.setDaemon(true);
        worker.start();
        while (!isDone(done, seed)) {
            long since = presentSince; // once: the worker goes on to the next input meanwhile
            long spent = threads.getThreadCpuTime(worker.getId()) - since;
            if (since > 0 && spent > Duration.ofSeconds(MOST_SECONDS).toNanos()) {
                AssertionError slow = new AssertionError("takes too long" + shown(present, seed));
                slow.setStackTrace(worker.getStackTrace());
                throw slow;
            }
        }
        System.out.printf("fuzz: %d inputs, %d taken, seed %d%n", rounds, taken, seed);
    }

    private boolean isDone(CompletableFuture<Void> done, long seed) {
        try {
            done.get(200, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause() + shown(present, seed), e.getCause());
        }
    }

    private void work(long end, ThreadMXBean threads, CompletableFuture<Void> done) {
        try {
            for (String example : List.copyOf(pool)) {
                tried(example, threads);
            }
            while (System.nanoTime() < end) {
                tried(changed(), threads);
            }
            done.complete(null);
        } catch (Throwable e) {
            presentSince = 0;
            shorten(e);
            done.completeExceptionally(e);
        }
    }

    private void tried(String input, ThreadMXBean threads) throws Exception {
        present = input;
        presentSince = threads.getCurrentThreadCpuTime();
        rounds++;
        if (target.takes(input)) {
            taken++;
            keep(input);
        }
        presentSince = 0;
    }

    private void keep(String input) {
        if (input.length() > KEPT_CHARACTERS) {
            return;
        } else if (pool.size() < KEPT) {
            pool.add(input);
        } else {
            pool.set(KEPT / 2 + random.nextInt(KEPT / 2), input);
        }
    }

    private String changed() {
        StringBuilder text = new StringBuilder(any());
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            change(text);
        }
        return text.length() > MOST_CHARACTERS ? text.substring(0, MOST_CHARACTERS) : text.toString();
    }

    private void change(StringBuilder text) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 4));
        switch (random.nextInt(11)) {
            case 0 -> text.delete(from, to);
            case 1, 2, 3 -> text.insert(from, word());
            case 4 -> text.replace(from, to, word());
            case 5 -> text.insert(from, text.substring(from, to));
            case 6 -> {
                String other = any();
                int start = random.nextInt(other.length() + 1);
                text.replace(from, to, other.substring(start, Math.min(other.length(), start + random.nextInt(30))));
            }
            case 7 -> text.insert(from, (char) random.nextInt(random.nextBoolean() ? 0x100 : 0x10000));
            case 8 -> {
                if (from < to) {
                    text.setCharAt(from, (char) (text.charAt(from) ^ 1 << random.nextInt(8)));
                }
            }
            case 9 -> {
                String piece = random.nextBoolean() ? word() : text.substring(from, to);
                text.insert(from, piece.repeat(times(piece)));
            }
            default -> text.setLength(to);
        }
    }

    /** Few now and then, seldom very many. */
    private int times(String piece) {
        int most =
                switch (random.nextInt(100)) {
                    case 0 -> MOST_CHARACTERS;
                    case 1, 2, 3, 4 -> 5_000;
                    default -> 30;
                };
        return piece.isEmpty() ? 0 : 1 + random.nextInt(most) / piece.length();
    }

    private String any() {
        return pool.get(random.nextInt(pool.size()));
    }

    private String word() {
        return words.length > 0 && random.nextBoolean()
                ? words[random.nextInt(words.length)]
                : ANYWHERE[random.nextInt(ANYWHERE.length)];
    }

    /** Leaves out what the failure does not need. */
    private void shorten(Throwable failure) {
        String shortest = present;
        int tries = 0;
        for (int piece = Math.max(1, shortest.length() / 2); piece > 0 && tries < SHORTENINGS; piece /= 2) {
            for (int at = 0; at < shortest.length() && tries < SHORTENINGS; tries++) {
                String shorter =
                        shortest.substring(0, at) + shortest.substring(Math.min(shortest.length(), at + piece));
                if (failsLike(failure, shorter)) {
                    shortest = shorter;
                } else {
                    at += piece;
                }
            }
        }
        present = shortest;
    }

    private boolean failsLike(Throwable failure, String input) {
        try {
            target.takes(input);
            return false;
        } catch (Throwable e) {
            return e.getClass() == failure.getClass();
        }
    }

    private String shown(String input, long seed) {
        StringBuilder text = new StringBuilder();
        String beginning = input.length() > 3_000 ? input.substring(0, 3_000) : input;
        beginning
                .chars()
                .forEach(c -> text.append(
                        c >= ' ' && c < 0x7f && c != '"' && c != '\\' ? "" + (char) c : String.format("\\u%04x", c)));
        return "\nposel.fuzz.seed=%d, round %d, %d characters:\n\"%s\"".formatted(seed, rounds, input.length(), text);
    }
}
