-- Who did what, as far as it was done over HTTP. No secrets and no definitions: these stand in webhook_version.
create table audit (
  id              uuid primary key,
  at              timestamp with time zone not null,
  who             varchar(120) not null, -- the name of a token
  action          varchar(40)  not null,
  webhook_id      varchar(40),
  webhook_version integer, -- after it
  subject         varchar(200) -- what else it was about: a delivery, an event type, the name of a token
);
create index audit_by_time on audit (at, id);
create index audit_by_webhook on audit (webhook_id, at);
