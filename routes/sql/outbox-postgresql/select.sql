-- Reads only below the oldest transaction that is still open, so nothing can yet commit in front of what is read: the
-- order of the ids is safe. A transaction left open anywhere on the server therefore holds the events behind it back.
select id, type, entity_type, entity_id, sequence, occurred_at, data
from event_outbox
where sent_at is null
  and txid < pg_snapshot_xmin(pg_current_snapshot())
order by id
limit 500
