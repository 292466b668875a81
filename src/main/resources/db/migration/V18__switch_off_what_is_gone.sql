-- When a receiver answered 410 (Gone): the webhook is off since then, whatever its definition says; null: it was not told.
alter table webhook add column gone_at timestamp with time zone;
