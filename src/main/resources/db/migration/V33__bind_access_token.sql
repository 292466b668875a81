-- What an intake token may hand in; null: anything.
alter table access_token add column sources varchar(200) array;
alter table access_token add column types varchar(100) array;
-- From when on it is refused; null: never.
alter table access_token add column expires_at timestamp with time zone;
