create table delivery (
  id              uuid primary key, -- the receiver's webhook-id, the same on every attempt and replay
  event_no        bigint       not null,
  webhook_id      varchar(40)  not null,
  webhook_version integer, -- that of the last run's first attempt
  lane_key        varchar(320), -- fixed at acceptance; null: no order
  pos             bigint, -- its place in the queue; null unless queued
  state           varchar(10)  not null, -- held, queued, delivered, dead, skipped
  reason          varchar(40), -- why skipped or dead
  run             smallint     not null, -- counts replays from 1
  attempts        smallint     not null, -- of this run
  next_at         timestamp with time zone, -- when the next attempt of a run that failed is due
  settled_at      timestamp with time zone,
  status          smallint, -- of the attempt that succeeded, which stands here
  duration_ms     integer
);
-- Holds just the queue, since pos is cleared when a delivery leaves it.
create index delivery_queue on delivery (webhook_id, pos);
create index delivery_by_event on delivery (event_no);

-- Attempts that failed.
create table attempt (
  delivery_id uuid     not null,
  run         smallint not null,
  number      smallint not null,
  at          timestamp with time zone not null,
  status      integer,
  error       varchar(40)   not null,
  detail      varchar(1000) not null,
  duration_ms integer       not null,
  answer      bytea, -- bytes, because receivers answer anything
  primary key (delivery_id, run, number)
);
