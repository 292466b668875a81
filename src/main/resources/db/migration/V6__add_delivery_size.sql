-- The size of the event's data, so that memory is bounded before it is read.
alter table delivery add column size integer default 0 not null;
