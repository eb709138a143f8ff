-- When the hall itself has to say something of a case (S10): by the last day on which somebody else could.

create table timer (
  case_id text not null,
  kind text not null,
  due text not null,
  primary key (case_id, kind)
) strict, without rowid;
create index timer_due on timer (due);

-- Which fold of facts has made `case_state`: another one makes it anew when the hall starts.
create table fold (
  only_one integer primary key check (only_one = 1),
  version text not null
) strict;
