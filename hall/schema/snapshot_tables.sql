-- One file of a snapshot (S21): a scope of the log as a terminal holds it. No index that filling a terminal does not use.

create table snap.entry (
  seq integer primary key, scope text not null, kind text not null, hash text not null, bytes blob not null,
  case_id text not null, fact_id text not null
);

-- States as `fold` has made them. The columns after `state` are null where there is no state.
create index snap.entry_tray on entry (seq) where kind = 'tray';
create index snap.entry_hall on entry (seq) where kind = 'fact' and case_id = '';

create table snap.cases (
  id integer primary key, case_id text not null, root text not null, n integer not null, ended integer not null,
  touched text not null, state blob,
  number text, item text, module text, shown_state text, applicant_name text, applicant_id text, received_at text,
  visit text, checks integer
);
create table snap.place (
  owner integer not null, post text not null, received_at text not null, case_id text not null, step text not null,
  spot integer not null
);
create index snap.place_owner on place (owner);
create table snap.person (
  owner integer not null, code text not null, name text not null, kind text not null, words text not null
);
create index snap.person_owner on person (owner);

-- Every case with an entry in this file.
create table snap.held (case_id text primary key) without rowid;

-- Versions of catalogue and calendar that the entries name.
create table snap.wanted (sha256 text primary key) without rowid;
