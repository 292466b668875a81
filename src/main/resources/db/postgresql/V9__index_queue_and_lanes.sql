-- PostgreSQL keeps nulls in an index too, so that a plain one on places would hold the whole history. H2 has no partial
-- indexes, which is why this migration is one for each database.
drop index delivery_queue;
create index delivery_queue on delivery (webhook_id, pos) where pos is not null;
-- A parked lane is read from where it was left, wherever its next ones stand in the queue.
create index delivery_lane on delivery (webhook_id, lane_key, pos) where pos is not null;
-- What a webhook was sent, newest first; the index on places, which held all of it, served for that.
create index delivery_by_webhook on delivery (webhook_id, event_no);
