-- Which key the secrets here are encrypted with; no row: none yet, and what stands here is plain.
create table secret_key (
  id varchar(16) primary key -- tells keys apart and nothing about them
);

-- The signing secrets of a webhook, encrypted; null: it does not sign.
alter table webhook add column signing bytea;
