-- Runs for each row when its event is on disk. To keep no sent rows: delete from event_outbox where id = :#id
update event_outbox set sent_at = current_timestamp where id = :#id
