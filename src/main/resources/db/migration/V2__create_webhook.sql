create table webhook (
  id              varchar(40) primary key,
  version         integer not null,
  definition      bytea   not null, -- JSON
  failing_since   timestamp with time zone,
  last_dead_at    timestamp with time zone,
  last_success_at timestamp with time zone,
  expired_at      timestamp with time zone,
  purged_at       timestamp with time zone,
  deleted_at      timestamp with time zone,
  created_at      timestamp with time zone not null,
  updated_at      timestamp with time zone not null
);

-- Every definition that a webhook has had, so that a delivery can show what it was sent with.
create table webhook_version (
  webhook_id varchar(40) not null,
  version    integer     not null,
  definition bytea       not null,
  primary key (webhook_id, version)
);

-- Event types that operators added by the API; those in files stand in the files.
create table event_type (
  type       varchar(100) primary key,
  definition bytea not null -- JSON
);
