-- The log is searched by the id that a producer gave: the key is found by it alone, and leads to the event by the time of
-- acceptance, which both have. So no event pays for another index.
alter table event_key drop constraint event_key_pkey;
alter table event_key add primary key (id, source);
-- Per event one entry behind the last one of its type.
create index event_by_type on event (type, no);
-- What ended otherwise than delivered is rare, and is looked for. Nothing that is delivered pays for this.
create index delivery_by_end on delivery (state, event_no) where state in ('dead', 'skipped');
