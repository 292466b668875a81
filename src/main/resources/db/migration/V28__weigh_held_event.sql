-- How many deliveries letting it into the queue concerns: transactions are bounded by rows.
alter table held_event add column deliveries integer default 0 not null;
update held_event set deliveries = (select count(*) from delivery d where d.event_no = held_event.event_no);
