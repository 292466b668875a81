-- Where a polled HTTP source has been read to.
create table source_cursor (
  source     varchar(200) primary key,
  position   varchar(4000) not null, -- JSON
  updated_at timestamp with time zone not null
);

-- Rows and items of a source that made no valid event.
create table set_aside (
  source varchar(200) not null,
  item   varchar(400) not null,
  reason varchar(2000) not null,
  data   bytea        not null,
  at     timestamp with time zone not null,
  primary key (source, item)
);
