-- Numbers that go on under another one, and numbers that were taken away (S27, S28).

-- Who goes on from this number: it is fenced, and its lanes are the other's.
alter table terminal add column adopted_by text not null default '';
-- From which moment on what it did waits for a person; empty while it was not revoked.
alter table terminal add column revoked text not null default '';

-- What each new incarnation adopted. shared: up to which envelope of the old one both chains are known to be one.
-- again: how many facts it sealed once more right behind its first envelope.
create table adoption (
  n integer primary key,
  number text not null,
  terminal text not null,
  incarnation text not null,
  shared integer not null,
  again integer not null,
  fenced integer not null,
  unique (number, terminal)
) strict;
