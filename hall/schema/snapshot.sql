-- Named queries of the job that makes snapshots. `snap` is the file that is written.

-- name: received_at
-- When the hall took an entry in.
select json_extract(cast(bytes as text), '$.received_at') from log where seq = ?;

-- name: make_held
create temp table held (case_id text primary key) without rowid;

-- name: make_want
create temp table want (seq integer primary key, scope text not null, case_id text not null, special integer not null);

-- name: hold_open
-- Cases with which somebody has to do something: that have not ended (`?`: a JSON list of the states that are an end),
-- or had a paper that is called back or to be printed again.
insert or ignore into temp.held
select case_id from case_state
where state is null or json_extract(cast(state as text), '$.state') not in (select value from json_each(?))
  or json_extract(cast(state as text), '$.recalls') is not null
  or json_extract(cast(state as text), '$.reprint') is not null;

-- name: hold_recent
-- Cases of which the log has spoken since an entry.
insert or ignore into temp.held
select c.case_id from case_state c
where exists (select 1 from log l where l.case_id = c.case_id and l.case_id <> '' and l.seq >= ?);

-- name: hold_waiting
-- Cases of which something waits in a tray.
insert or ignore into temp.held select case_id from tray where settled = '' and case_id <> '';

-- name: want_cases
-- All entries of these cases. `special` 1: of a type that tells a terminal more than the state (`?`: those that don't).
insert into temp.want
select l.seq, l.scope, l.case_id,
  l.kind = 'fact'
  and json_extract(cast(l.bytes as text), '$.fact.type') not in (select value from json_each(?))
from temp.held h join log l on l.case_id = h.case_id where l.case_id <> '';

-- name: want_hall
-- What the hall says of no case: people, terminals, heads.
insert or ignore into temp.want select seq, scope, '', 0 from log where kind = 'fact' and case_id = '';

-- name: want_tray
-- Lines of the tray: of these cases, recent ones, and those that wait.
insert or ignore into temp.want
select l.seq, l.scope, coalesce(json_extract(cast(l.bytes as text), '$.tray.case'), ''), 0 from log l
where l.kind = 'tray' and (
  l.seq >= ?
  or json_extract(cast(l.bytes as text), '$.tray.case') in (select case_id from temp.held)
  or json_extract(cast(l.bytes as text), '$.tray.fact') in (select id from tray where settled = '')
);

-- name: copy_entries
insert into snap.entry
select l.seq, l.scope, l.kind, l.hash, l.bytes, w.case_id, l.fact_id
from temp.want w join log l on l.seq = w.seq where w.scope = ? order by w.seq;

-- name: copy_held
insert into snap.held select distinct case_id from temp.want where scope = ? and case_id <> '';

-- name: copy_wanted
-- Versions that facts were made under, and those that count.
insert or ignore into snap.wanted
select distinct json_extract(cast(bytes as text), '$.fact.catalogue') from snap.entry
where kind = 'fact' and coalesce(json_extract(cast(bytes as text), '$.fact.catalogue'), '') <> '';

-- name: cases_of
-- The held cases of a scope with the time of their newest entry; not those that a terminal has to fold itself.
select c.case_id, c.root, c.n, c.state,
  (select json_extract(cast(l.bytes as text), '$.received_at') from log l
   where l.case_id = c.case_id and l.case_id <> '' order by l.seq desc limit 1)
from case_state c join temp.held h on h.case_id = c.case_id
where c.scope = ? and c.case_id not in (select case_id from temp.want where special = 1) order by c.case_id;

-- name: put_case
insert into snap.cases values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_place
insert into snap.place values (?, ?, ?, ?, ?, ?);

-- name: put_person
insert into snap.person values (?, ?, ?, ?, ?);
