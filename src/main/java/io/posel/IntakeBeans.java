package io.posel;

import io.posel.event.EventReader;
import io.posel.route.AddWebhooks;
import io.posel.route.AnnounceWebhooks;
import io.posel.route.AnswerAccepted;
import io.posel.route.AnswerProblem;
import io.posel.route.FindWebhooks;
import io.posel.route.PollBackoff;
import io.posel.route.ReadEvents;
import io.posel.route.ReleaseEvent;
import io.posel.route.RunUpkeep;
import io.posel.route.StoreEvents;
import io.posel.route.ValidateEvents;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.apache.camel.Processor;

/** Builds what the routes of intake, release and upkeep name. */
record IntakeBeans(Core core, EventReader reader) {

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    void bind(BiConsumer<String, Object> names) {
        names.accept("readEvents", new ReadEvents(reader, core.tokens::named, core.refusedAccess));
        names.accept("validateEvents", new ValidateEvents(reader));
        names.accept("findWebhooks", new FindWebhooks(core.webhooks));
        names.accept("addWebhooks", new AddWebhooks());
        names.accept("storeEvents", new StoreEvents(core.intake, core.tally));
        names.accept("answerAccepted", new AnswerAccepted());
        names.accept("answerIntakeProblem", new AnswerProblem(503, core.clock));
        names.accept("answerProblem", new AnswerProblem(500, core.clock));
        names.accept("releaseEvent", new ReleaseEvent(core.intake));
        names.accept("purgeWebhooks", new RunUpkeep(core::isStarted, core.maintenance::purgeWebhooks));
        names.accept("purgeHistory", new RunUpkeep(core::isStarted, core.maintenance::purgeHistory));
        names.accept("warnOfExpiry", new RunUpkeep(core::isStarted, core.announcements::look));
        AnnounceWebhooks announce = new AnnounceWebhooks(core.announcements);
        names.accept("readAnnouncements", (Processor) announce::read);
        names.accept("forgetAnnouncements", (Processor) announce::forget);
        names.accept(
                "announcementBackoff", new PollBackoff(PollBackoff.OWN, LONGEST_PAUSE, core::isStarted, core.clock));
        // what steps and components look up by themselves
        names.accept("intake", core.intake);
        names.accept("timer", core.releaseTimer);
        names.accept("dispatcher", core.dispatcher);
        names.accept("dataSource", core.database.dataSource());
    }
}
