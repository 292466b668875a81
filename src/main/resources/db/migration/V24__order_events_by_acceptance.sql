-- What is older than the retention is looked through in portions, each going on where the one before ended.
create index event_by_time on event (accepted_at, no);
drop index event_by_acceptance;
