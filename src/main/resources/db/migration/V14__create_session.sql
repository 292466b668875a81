-- Who is signed in to the settings page.
create table login_session (
  id           uuid primary key,
  name         varchar(120) not null,
  role         varchar(10)  not null, -- admin, viewer
  hash         bytea        not null, -- SHA-256 of the cookie, which is kept nowhere
  created_at   timestamp with time zone not null,
  last_used_at timestamp with time zone not null -- to the minute, written now and then
);
-- Login links that were used, so that none is taken twice; each for a day longer than it could be used.
create table used_login_link (
  nonce      varchar(40) primary key,
  session_id uuid not null, -- the one that it began
  expires_at timestamp with time zone not null
);
-- One row once somebody has signed in; until then each start prints a login link.
create table first_sign_in (
  id smallint primary key,
  at timestamp with time zone not null
);
