-- The file that the definition stands in, with the digest of its text, encrypted; null: it was made over HTTP.
alter table webhook add column file bytea;
