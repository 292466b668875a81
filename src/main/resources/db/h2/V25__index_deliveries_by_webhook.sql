-- A replay looks through what a webhook was sent in portions. PostgreSQL has this index already.
create index delivery_by_webhook on delivery (webhook_id, event_no);
