-- The time between dead deliveries, as far as it counts to the expiry of a webhook. That of webhooks which are failing
-- begins at zero: how much of the time before was failing is not known.
alter table webhook add column failing_nanos bigint not null default 0;
-- Of the last dead delivery, whether or not a request was sent; last_dead_at is that of the last one that was sent.
alter table webhook add column last_failed_at timestamp with time zone;
update webhook set last_failed_at = last_dead_at where failing_since is not null;
-- From when it can expire; null where it cannot.
alter table announcement add column expires_at timestamp with time zone;
-- What was wrong with the delivery that died.
alter table announcement add column error varchar(40);
alter table announcement add column detail varchar(1000);
