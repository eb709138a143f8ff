-- A log that may have lost its end: restored from a backup, rolled back, failed over (S24-S26).

-- latched: why no numbers are given until an operator opens a new epoch. seen_epoch: the newest epoch that a terminal
-- has proven. healing: until when (hall time) the hall gathers what its terminals hold, before it takes in new facts.
alter table hall add column latched text not null default '';
alter table hall add column seen_epoch integer not null default 0;
alter table hall add column healing text not null default '';

-- Entries of a log that parted from this one, as a terminal showed them, each proven by a head with this hall's own
-- signature (S25). bytes is null while only its place is known; entry is where it stands now, 0 while nowhere.
create table lost (
  hash text primary key,
  epoch integer not null,
  seq integer not null,
  chain text not null,
  bytes blob,
  entry integer not null
) strict, without rowid;
create index lost_place on lost (epoch, seq);
create index lost_waiting on lost (epoch, seq) where entry = 0;

-- Up to which entry a terminal's log of an older epoch is this one: what its facts of then had seen (S5). last: up to
-- where its log went, by a head with this hall's signature.
create table rejoined (
  terminal text not null,
  epoch integer not null,
  seq integer not null,
  last integer not null,
  primary key (terminal, epoch)
) strict, without rowid;

-- Refused and held bytes by the entry that said so: what a segment carries beside the log (S26).
create index register_entry on register (entry) where v in ('held', 'rejected');
