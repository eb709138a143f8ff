-- Scopes that a terminal is to give up (S7): the log says so since an entry, and it is sent them until it has settled
-- what is its own there.

create table leaving (
  terminal text not null,
  scope text not null,
  since integer not null,
  primary key (terminal, scope)
) strict, without rowid;
