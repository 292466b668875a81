-- The process that raised the epoch. Where a database lost its last transactions, an epoch may be raised a second time.
alter table owner add column holder uuid;
