-- The newest version of the counter stands at the end of its index. So an old snapshot, under which versions stay, does
-- not slow down who reads or raises it.
alter table place drop constraint place_pkey;
alter table place add primary key (name, last);

-- How often each of those who write at the same time has committed since the epoch was raised: who remembers it notices
-- that the database lost its last transactions. With each transaction its number in the key changes, as above.
create table commit_count (
  writer integer not null,
  last   bigint  not null,
  primary key (writer, last)
);
