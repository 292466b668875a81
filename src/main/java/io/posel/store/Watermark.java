package io.posel.store;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far a database has come: numbers that never go back as long as it keeps what it has committed. A replica that had
 * not received everything, and a restored backup, show lower ones.
 *
 * @param epoch raised whenever the ownership is gained
 * @param holder the process that raised it last
 * @param place the last one given in the queue
 * @param commits how many transactions each writer has committed, by the writer's number; -1: nothing is known of it.
 *     Empty where a database cannot go back while it is open
 */
public record Watermark(long epoch, @Nullable UUID holder, long place, List<Long> commits) {

    /** What a process knows that has not owned the database yet. */
    static final Watermark NONE = new Watermark(0, null, 0, List.of());

    public Watermark {
        commits = List.copyOf(commits);
    }

    /** Whether it lacks something that was committed when the other one was seen, by the same holder. */
    public boolean lacks(Watermark seen) {
        return epoch < seen.epoch
                || place < seen.place
                || IntStream.range(0, seen.commits.size()).anyMatch(i -> commit(i) < seen.commits.get(i));
    }

    /** The higher of each number; holder and writers are those of the later one. */
    public Watermark or(Watermark other) {
        Watermark later = other.epoch > epoch ? other : this;
        List<Long> highest = IntStream.range(0, later.commits.size())
                .mapToObj(i -> Math.max(commit(i), other.commit(i)))
                .toList();
        return new Watermark(later.epoch, later.holder, Math.max(place, other.place), highest);
    }

    /** With another commit of a writer. */
    public Watermark committed(int writer, long count, long lastPlace) {
        List<Long> counts = IntStream.range(0, commits.size())
                .mapToObj(i -> i == writer ? count : commits.get(i))
                .toList();
        return or(new Watermark(epoch, holder, lastPlace, counts));
    }

    private long commit(int writer) {
        return writer < commits.size() ? commits.get(writer) : -1;
    }

    /** For people. */
    @Override
    public String toString() {
        return "epoch " + epoch + ", place " + place + ", transaction "
                + commits.stream().mapToLong(Long::longValue).sum();
    }
}
