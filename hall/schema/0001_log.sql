-- The hall's memory. Facts and entries are BLOBs: stored and handed on byte for byte (S1).

-- One row: who this hall is, and where its log ends. `seq` and `chain` move in the transaction that appends (S8).
create table hall (
  only_one integer primary key check (only_one = 1),
  id text not null,
  region text not null,
  name text not null,
  key text not null,
  epoch integer not null,
  seq integer not null,
  chain text not null
) strict;

-- The log (S7). `hash` is that of the whole entry, `chain` the one after it (S9); `n` the case's own count (S21).
create table log (
  seq integer primary key,
  kind text not null,
  scope text not null,
  bytes blob not null,
  hash text not null,
  chain text not null,
  case_id text not null,
  fact_id text not null,
  n integer not null
) strict;
create index log_case on log (case_id, seq) where case_id <> '';

-- Every envelope that was judged, with the latest verdict of its fact (S13). `bytes` only while the fact is refused or
-- held: an accepted one lies in the log. `first` is 1 for the envelope that brought the fact, 0 for one that sealed it
-- again or claimed its id for other bytes.
create table register (
  terminal text not null,
  incarnation text not null,
  seq integer not null,
  hash text not null,
  fact_hash text not null,
  fact_id text not null,
  first integer not null,
  v text not null,
  verdict blob not null,
  entry integer not null,
  root text not null,
  case_id text not null,
  grp text not null,
  bytes blob,
  primary key (terminal, incarnation, seq)
) strict, without rowid;
create unique index register_fact on register (fact_id) where first = 1;
create index register_lane on register (terminal, root, seq) where v = 'held';
create index register_case on register (case_id) where v in ('held', 'rejected');
create index register_group on register (grp) where v in ('held', 'rejected');

-- Terminals. A number belongs to one incarnation and is never given again (S27). `key_id` finds who signed a request.
create table terminal (
  number text primary key,
  incarnation text not null,
  key text not null,
  key_id text not null unique,
  scopes text not null,
  acked integer not null,
  head text not null,
  active integer not null,
  last_seen text not null,
  cursor integer not null
) strict, without rowid;

-- One-time codes (security.md): only the hash, bound to a number.
create table invite (
  number text primary key,
  code_hash text not null,
  expires text not null,
  tries integer not null,
  used_by text not null
) strict, without rowid;

-- The fold of each case's accepted facts; `state` is null until it was received.
create table case_state (
  case_id text primary key,
  root text not null,
  scope text not null,
  n integer not null,
  state blob
) strict, without rowid;

-- Which case had a number first (S27: a second one is flagged).
create table case_number (
  number text primary key,
  case_id text not null
) strict, without rowid;

-- What a person must settle (S16). `id` is the fact's, or the hash of its bytes where no id can be told.
create table tray (
  id text primary key,
  terminal text not null,
  root text not null,
  case_id text not null,
  scope text not null,
  blocks integer not null,
  settled text not null,
  entry blob not null
) strict, without rowid;
create index tray_lane on tray (terminal, root) where settled = '';
create index tray_case on tray (case_id) where settled = '';

-- The roster as it is now, and since which entry.
create table staff (
  number text primary key,
  entry integer not null,
  body blob not null
) strict, without rowid;

-- Heads of catalogue and calendar: the SHA-256 of the blob that counts now.
create table head (
  kind text primary key,
  version text not null,
  entry integer not null
) strict, without rowid;

create table blob (
  sha256 text primary key,
  bytes blob not null
) strict, without rowid;
