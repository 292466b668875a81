-- When a receiver answered 410 (Gone): the webhook is off since then, whatever its definition says; null: it was not told.
alter table webhook add column gone_at timestamp with time zone;
-- A route that skips a delivery gives a reason in words.
alter table delivery alter column reason set data type varchar(200);
