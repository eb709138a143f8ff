-- What each terminal last said of itself (S32, S34), and what the hall knows by it.

-- at: hall time of the last contact. cursor: up to where it holds the log. clear: up to which moment the hall has all
-- that was done there (S30); empty while nobody knows. body: its own words, null while it has said none.
create table report (
  number text primary key,
  at text not null,
  cursor integer not null,
  clear text not null,
  body blob
) strict, without rowid;
