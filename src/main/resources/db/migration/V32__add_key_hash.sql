-- What the event with this key says, to know another one by; null: not kept, as in rows from before and erased ones.
alter table event_key add column hash bytea;
