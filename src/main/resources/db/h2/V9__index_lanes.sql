-- A parked lane is read from where it was left, wherever its next ones stand in the queue. PostgreSQL has this index
-- for the queue alone.
create index delivery_lane on delivery (webhook_id, lane_key, pos);
