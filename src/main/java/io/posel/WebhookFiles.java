package io.posel;

import io.posel.delivery.DeliveryResolver;
import io.posel.event.InvalidFileException;
import io.posel.store.Audit;
import io.posel.store.FileChanges;
import io.posel.store.Maintenance;
import io.posel.store.StoreUnavailableException;
import io.posel.store.Webhooks;
import io.posel.web.HealthReport;
import io.posel.webhook.DefinitionFiles;
import io.posel.webhook.DefinitionFolder;
import io.posel.webhook.FileDefinition;
import io.posel.webhook.FolderWatch;
import io.posel.webhook.InvalidFilesException;
import io.posel.webhook.Warnings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the webhooks that stand in {@code config/webhooks} as their files say: all files or none, in one transaction.
 * While one of them is broken, the last good state, which is in the database, goes on; health and log say so.
 */
final class WebhookFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookFiles.class);
    private static final String FOLDER = "config/webhooks";
    private static final Duration SHORTEST = Duration.ofMillis(50);

    private final DefinitionFolder folder;
    private final DefinitionFiles files;
    private final Webhooks webhooks;
    private final Maintenance maintenance;
    private final Audit audit;
    /** Of its own: a folder on the network may not answer. */
    private final ScheduledExecutorService timer;

    private final FolderWatch watch;
    private volatile boolean broken;
    private volatile boolean closed;

    private WebhookFiles(
            DefinitionFolder folder,
            DefinitionFiles files,
            Webhooks webhooks,
            Maintenance maintenance,
            Audit audit,
            ScheduledExecutorService timer) {
        this.folder = folder;
        this.watch = new FolderWatch(folder::look);
        this.files = files;
        this.webhooks = webhooks;
        this.maintenance = maintenance;
        this.audit = audit;
        this.timer = timer;
    }

    static WebhookFiles of(Core core, DeliveryResolver resolver) {
        Settings settings = core.settings;
        return new WebhookFiles(
                new DefinitionFolder(settings.home().resolve(FOLDER)),
                new DefinitionFiles(
                        FOLDER,
                        AdministrationBeans.definitions(settings),
                        new Warnings(core.catalogue::find, resolver::literalRefusal, false),
                        settings::variable),
                core.webhooks,
                core.maintenance,
                core.audit,
                Threads.timer("posel-files", 1));
    }

    /**
     * @return what will probably not work as meant, with file and line
     * @throws StartFailedException with file and line of all that is wrong
     */
    List<String> check() {
        try {
            return warnings(files.read(folder.look()));
        } catch (InvalidFilesException e) {
            throw failure(e);
        }
    }

    /**
     * Applies the files before the first event is taken.
     *
     * @throws StartFailedException if a file is broken and the database has no webhook at all: there is no last good
     *     state, and events would be taken for nobody
     * @throws StoreUnavailableException if the database does not answer
     */
    synchronized void applyAtStart() {
        DefinitionFolder.Contents contents = watch.first();
        try {
            apply(contents);
        } catch (InvalidFilesException e) {
            if (webhooks.all().isEmpty()) {
                throw failure(e);
            }
            tell(e);
        }
        watch.handled(contents);
    }

    /** Looks for changes from now on. */
    void watch(Duration interval) {
        if (!interval.isZero()) {
            long pause = Math.max(interval.toMillis(), SHORTEST.toMillis());
            timer.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void look() {
        try {
            watch.look().ifPresent(contents -> {
                try {
                    apply(contents);
                } catch (InvalidFilesException e) {
                    tell(e);
                }
                watch.handled(contents);
            });
        } catch (StoreUnavailableException e) {
            if (!closed) {
                LOG.warn("The files in {} changed and are applied later: {}", FOLDER, e.getMessage());
            }
        } catch (RuntimeException e) {
            LOG.error("The files in {} cannot be looked at", FOLDER, e);
        }
    }

    private void apply(DefinitionFolder.Contents contents) {
        if (!contents.exists() && webhooks.all().stream().anyMatch(each -> each.file() != null)) {
            throw new InvalidFilesException(List.of(new InvalidFileException(
                    FOLDER,
                    0,
                    "The folder is not there, but webhooks come from files in it. Bring it back; to delete them, leave"
                            + " it empty.")));
        }
        List<FileDefinition> definitions = files.read(contents);
        FileChanges changes = webhooks.apply(definitions, audit::entry);
        changes.deleted().forEach(id -> maintenance.skipQueue(id, Maintenance.Removal.DELETED));
        if (broken || !changes.isEmpty()) {
            warnings(definitions).forEach(LOG::warn);
            LOG.info("The files in {} are applied: {}", FOLDER, changes);
        }
        broken = false;
    }

    private static List<String> warnings(List<FileDefinition> definitions) {
        return definitions.stream().flatMap(each -> each.warnings().stream()).toList();
    }

    private void tell(InvalidFilesException e) {
        broken = true;
        e.lines().forEach(LOG::error);
        LOG.error(
                "The files in {} are not applied: {} to mend. The webhooks stay as they were until then",
                FOLDER,
                e.lines().size());
    }

    private static StartFailedException failure(InvalidFilesException e) {
        String lines = String.join("\n", e.lines());
        return new StartFailedException(
                e.lines().size() == 1 ? lines : e.lines().size() + " things to mend in " + FOLDER + ":\n" + lines, e);
    }

    /** Broken files take nothing out of traffic. */
    HealthReport.Check health() {
        return new HealthReport.Check("webhook-files", broken ? HealthReport.Status.DEGRADED : HealthReport.Status.UP);
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdown();
    }
}
