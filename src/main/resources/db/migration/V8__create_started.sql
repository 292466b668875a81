-- Deliveries that were started since the process died, and how often it died with them; empty in quiet times.
create table started (
  delivery_id uuid primary key,
  run         smallint not null,
  attempts    smallint not null, -- of the delivery when it was started: with more of them that attempt is over
  crashes     integer  not null, -- in a row, with this attempt in flight
  in_flight   boolean  not null,
  alone       boolean  not null -- and nothing else was
);

-- The last place in the queue when the process died, until one has run for a while: up to there a delivery may have been
-- on its way unwritten.
alter table owner add column died_at_place bigint;
