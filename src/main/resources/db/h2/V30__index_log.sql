-- The log is searched by the id that a producer gave: the key is found by it alone, and leads to the event by the time of
-- acceptance, which both have. So no event pays for another index.
alter table event_key drop primary key;
alter table event_key add primary key (id, source);
create index event_by_type on event (type, no);
-- PostgreSQL has it for what ended otherwise than delivered alone; H2 has no partial indexes.
create index delivery_by_state on delivery (state, event_no);
