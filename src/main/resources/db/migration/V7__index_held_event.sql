-- The lowest number of an entity that is still held.
create index held_event_by_entity on held_event (entity_id, entity_type, sequence);
