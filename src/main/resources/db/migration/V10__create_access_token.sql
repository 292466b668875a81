-- Tokens that administrators made.
create table access_token (
  id           varchar(40) primary key,
  name         varchar(120) not null unique,
  role         varchar(10) not null, -- admin, viewer, intake
  hash         bytea       not null, -- SHA-256 of the token, which is kept nowhere
  created_at   timestamp with time zone not null,
  created_by   varchar(120) not null, -- the name of a token
  last_used_at timestamp with time zone -- to the minute, written now and then
);
