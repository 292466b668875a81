-- Who may write and send. Changed by takeovers only; who writes checks the epoch in the same transaction.
create table owner (
  partition_no integer primary key, -- 0: everything
  epoch        bigint not null, -- raised with each takeover
  name         varchar(200), -- null: the last owner ended in order
  since        timestamp with time zone
);
insert into owner (partition_no, epoch) values (0, 0);
