-- Only what H2 and PostgreSQL both understand.

-- The one counter that gives places: updated first in a transaction, so what it hands out is commit order.
create table place (
  name varchar(20) primary key,
  last bigint      not null
);
insert into place (name, last) values ('queue', 0);

create table event (
  no          bigint primary key, -- its place in commit order
  source      varchar(200) not null,
  id          varchar(128) not null,
  type        varchar(100) not null,
  entity_type varchar(100) not null,
  entity_id   varchar(200) not null,
  sequence    bigint,
  late        boolean default false not null,
  occurred_at varchar(64), -- as the producer wrote it
  accepted_at timestamp with time zone not null,
  data        bytea not null -- JSON as it came in; bytes, because text refuses NUL
);
create index event_by_acceptance on event (accepted_at);
create index event_by_entity on event (entity_type, entity_id, no);

-- The idempotency keys, apart from the events so that both can be kept differently long.
create table event_key (
  source      varchar(200) not null,
  id          varchar(128) not null,
  accepted_at timestamp with time zone not null,
  primary key (source, id)
);
create index event_key_by_acceptance on event_key (accepted_at);

-- Numbered events that wait for the numbers before theirs.
create table held_event (
  event_no    bigint primary key,
  entity_type varchar(100) not null,
  entity_id   varchar(200) not null,
  sequence    bigint       not null
);

-- The last number released of each entity that has numbers.
create table entity_sequence (
  entity_type varchar(100) not null,
  entity_id   varchar(200) not null,
  released    bigint       not null,
  updated_at  timestamp with time zone not null,
  primary key (entity_type, entity_id)
);
