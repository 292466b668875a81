-- Every row that is committed and not yet marked, oldest id first; a row that commits late comes with the next poll.
-- Two open transactions that write events of one entity get no order from this: lock the entity, or number the events.
select id, type, entity_type, entity_id, sequence, occurred_at, data
from event_outbox
where sent_at is null
order by id
limit 500
