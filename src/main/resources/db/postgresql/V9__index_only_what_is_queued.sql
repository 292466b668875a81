-- H2 has no partial indexes. Here a delivery that leaves the queue leaves the index, instead of standing in it as null for
-- as long as history is kept: less to write with each outcome, and the index stays as small as the queue.
create index delivery_in_queue on delivery (webhook_id, pos) where pos is not null;
drop index delivery_queue;
