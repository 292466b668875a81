-- An erasure is about an entity, whose type and id are longer than what the trail named before, and counts events.
alter table audit alter column subject set data type varchar(400);
alter table audit add column amount integer;
