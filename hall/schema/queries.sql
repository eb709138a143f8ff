-- Named queries of the hall's SQLite store. `-- name:` starts one; the comment under it says what it is for.

-- name: hall
-- Who the hall is and where its log ends; read again inside the transaction, last before the insert (S8).
select id, region, name, key, epoch, seq, chain, latched, seen_epoch, healing from hall;

-- name: found
-- The one row of a new hall.
insert into hall (only_one, id, region, name, key, epoch, seq, chain) values (1, ?, ?, ?, ?, 1, 0, ?);

-- name: move_head
-- The counter and the chain after an append.
update hall set seq = ?, chain = ?;

-- name: append
-- Entries of the log, in bulk.
insert into log values (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: page
-- What a pull hands out: everything after a cursor, in order.
select seq, scope, hash, chain, bytes from log where seq > ? order by seq limit ?;

-- name: chain_at
-- The chain after one entry.
select chain from log where seq = ?;

-- name: case_entries
-- The entries of one case after a cursor: what a maker had not seen (S5), or all of it.
select seq, kind, bytes from log where case_id = ? and case_id <> '' and seq > ? order by seq;

-- name: registered
-- The envelopes of one incarnation in a range.
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where terminal = ? and incarnation = ? and seq between ? and ?;

-- name: bearers
-- The envelopes that brought these facts (ids as a JSON list).
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where first = 1 and fact_id in (select value from json_each(?));

-- name: held
-- What waits in a lane, in the order it was made.
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where v = 'held' and terminal = ? and root = ? order by seq;

-- name: same_bytes
-- The envelopes of a terminal that hold these bytes, or stand for them.
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where terminal = ? and fact_hash = ? order by seq;

-- name: kept
-- The refused and held envelopes of a case, with their bytes; and those that the log has masked (S7).
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where v in ('held', 'rejected') and case_id = ?
union all
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where v = 'accepted' and bytes is not null and case_id = ? order by 1, 3;

-- name: unsettled_groups
-- Which of these groups (a JSON list) are held or were refused. An envelope that brought a known fact once more keeps the
-- verdict of then: the one that brought it first has that of now (S13).
select grp, max(v) from register r where v in ('held', 'rejected') and grp in (select value from json_each(?))
and not (first = 0 and exists (
    select 1 from register b where b.first = 1 and b.fact_id = r.fact_id and b.fact_hash = r.fact_hash
)) group by grp;

-- name: held_lanes
-- Lanes in which something is held: `hall rejudge`.
select distinct terminal, root from register where v = 'held' order by terminal, root;

-- name: put_register
-- An envelope with its verdict, or the new verdict of one that is known.
insert or replace into register values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: terminal
-- One terminal by its number.
select number, incarnation, key, scopes, acked, head, active, last_seen, cursor, adopted_by, revoked from terminal where number = ?;

-- name: terminal_by_key
-- One terminal by the short name of its key.
select number, incarnation, key, scopes, acked, head, active, last_seen, cursor, adopted_by, revoked from terminal where key_id = ?;

-- name: terminals
-- All terminals.
select number, incarnation, key, scopes, acked, head, active, last_seen, cursor, adopted_by, revoked from terminal order by number;

-- name: put_terminal
-- A terminal as it is now.
insert or replace into terminal (
  number, incarnation, key, key_id, scopes, acked, head, active, last_seen, cursor, adopted_by, revoked
) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: adoptions
-- Who goes on from whom, the oldest first.
select number, terminal, incarnation, shared, again, fenced from adoption order by n;

-- name: put_adoption
-- A number goes on from another.
insert or replace into adoption (number, terminal, incarnation, shared, again, fenced) values (?, ?, ?, ?, ?, ?);

-- name: sealed_again
-- Facts that a number brought and somebody else had brought before.
select fact_id from register where terminal = ? and first = 0;

-- name: newest_number
-- The largest case number that begins so.
select max(number) from case_number where number between ? and ?;

-- name: invite
-- The open invitation of a number.
select number, code_hash, expires, tries, used_by from invite where number = ?;

-- name: put_invite
-- An invitation as it is now.
insert or replace into invite values (?, ?, ?, ?, ?);

-- name: cases
-- The states of these cases (a JSON list).
select case_id, root, scope, n, state from case_state where case_id in (select value from json_each(?));

-- name: put_case
-- The state of a case after a batch.
insert or replace into case_state values (?, ?, ?, ?, ?);

-- name: numbers
-- Which cases have these numbers (a JSON list).
select number, case_id from case_number where number in (select value from json_each(?));

-- name: put_number
-- The first case that has a number keeps it.
insert or ignore into case_number values (?, ?);

-- name: tray_of_cases
-- What waits in the trays of these cases (a JSON list).
select id, terminal, root, case_id, scope, blocks, settled, entry from tray
where settled = '' and case_id in (select value from json_each(?));

-- name: tray_of_terminal
-- What waits in all lanes of a terminal.
select id, terminal, root, case_id, scope, blocks, settled, entry from tray
where settled = '' and terminal = ?;

-- name: tray_of_former
-- All that the tray has or had of a number that has ended: asked for once, when another goes on from it.
select id, terminal, root, case_id, scope, blocks, settled, entry from tray where terminal = ?;

-- name: tray_rows
-- Tray entries by id (a JSON list), settled ones too.
select id, terminal, root, case_id, scope, blocks, settled, entry from tray
where id in (select value from json_each(?));

-- name: put_tray
-- A tray entry as it is now.
insert or replace into tray values (?, ?, ?, ?, ?, ?, ?, ?);

-- name: tray_counts
-- How many wait: for the figures.
select count(*) from tray where settled = '';

-- name: staff
-- These people (a JSON list).
select number, entry, body from staff where number in (select value from json_each(?));

-- name: staff_word
-- The entry that says what counts now of a person.
select l.bytes from staff s join log l on l.seq = s.entry where s.number = ?;

-- name: all_staff
-- The roster.
select number, entry, body from staff order by number;

-- name: put_staff
-- A person as she is now.
insert or replace into staff values (?, ?, ?);

-- name: head
-- The version of a kind that counts now.
select version from head where kind = ?;

-- name: head_word
-- The entry that says it.
select l.bytes from head h join log l on l.seq = h.entry where h.kind = ?;

-- name: put_head
-- A new version counts.
insert or replace into head values (?, ?, ?);

-- name: blob
-- Bytes by their hash.
select bytes from blob where sha256 = ?;

-- name: put_blob
-- Bytes, once.
insert or ignore into blob values (?, ?);

-- name: timers_due
-- Timers whose last day is over, oldest first.
select case_id, kind, due from timer where due < ? order by due, case_id, kind limit ?;

-- name: timers_of_kind
-- Timers of one kind, due or not, those that are due first in front.
select case_id, kind, due from timer where kind = ? order by due, case_id limit ?;

-- name: put_timer
-- A timer of a case.
insert or replace into timer values (?, ?, ?);

-- name: drop_timers
-- The timers of a case, before those that it has now.
delete from timer where case_id = ?;

-- name: case_ids
-- Every case that the log speaks of.
select case_id from case_state order by case_id;

-- name: fold
-- Which fold has made the cases' rows.
select version from fold;

-- name: put_fold
-- They were made anew.
insert or replace into fold values (1, ?);

-- name: reports
-- What all terminals last said of themselves.
select number, at, cursor, clear, body from report order by number;

-- name: put_report
-- What a terminal says of itself now; an older word (another process was faster) changes nothing.
insert into report values (?, ?, ?, ?, ?) on conflict (number) do update set at = excluded.at,
  cursor = max(cursor, excluded.cursor), clear = case when excluded.body is null then clear else excluded.clear end,
  body = coalesce(excluded.body, body) where excluded.at >= at;
-- name: put_epoch
-- Another epoch, a latch, or the end of healing.
update hall set epoch = ?, latched = ?, seen_epoch = ?, healing = ?;

-- name: points
-- Which of these places (a JSON list of [seq, chain]) the log has; the newest one.
select max(l.seq) from log l join json_each(?) p on l.seq = p.value ->> 0 and l.chain = p.value ->> 1;

-- name: lost_chains
-- The chain after an entry of the logs that parted from this one.
select chain from lost where seq = ?;

-- name: lost_places
-- Which places of such a log are known, and whether their bytes are.
select seq, hash, chain, bytes is not null, entry from lost where seq between ? and ? order by seq;

-- name: put_lost
-- A place of such a log; bytes that are known already stay. Logs of several epochs share their beginning.
insert into lost values (?, ?, ?, ?, ?, ?) on conflict (hash) do update set
  epoch = min(lost.epoch, excluded.epoch),
  bytes = coalesce(lost.bytes, excluded.bytes), entry = max(lost.entry, excluded.entry);

-- name: lost_waiting
-- What was shown and stands nowhere yet, in the old order.
select hash, epoch, seq, chain, bytes, entry from lost where entry = 0 and bytes is not null order by epoch, seq limit ?;

-- name: lost_doubled
-- The cases that such a log brought back with another one's number.
select distinct log.case_id from lost join log on log.seq = lost.entry
where lost.bytes is not null and instr(lost.bytes, 'number_doubled') and log.case_id <> '';

-- name: rejoined_rows
-- Of each terminal of an older epoch: up to where its log is this one, and where it went beyond, as far as is proven.
select terminal, epoch, seq, last, points from rejoined where last > seq order by epoch, terminal;

-- name: gaps
-- What was written down as lost of an epoch.
select epoch, first, last from gap where epoch = ?;

-- name: put_gap
-- It is written down.
insert or ignore into gap values (?, ?, ?);

-- name: put_back
-- Which of these (hashes as a JSON list) stand in the log again.
select hash from lost where entry > 0 and hash in (select value from json_each(?));

-- name: rejoined
-- Where a terminal's log of an older epoch is this one, and where it went.
select terminal, epoch, seq, last, points from rejoined where terminal = ? and epoch = ?;

-- name: put_rejoined
-- A terminal has said where it stands.
insert or replace into rejoined (terminal, epoch, seq, last, points) values (?, ?, ?, ?, ?);

-- name: log_rows
-- Entries as they lie in the log: for segments.
select seq, kind, scope, bytes, hash, chain, case_id, fact_id, n from log where seq > ? order by seq limit ?;

-- name: kept_between
-- The bytes of what was refused, held or masked by these entries: they lie in no log.
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where v in ('held', 'rejected') and bytes is not null and entry > ? and entry <= ?
union all
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where v = 'accepted' and bytes is not null and entry > ? and entry <= ?;

-- name: silent
-- Envelopes of which no entry speaks, or whose bytes came after the entry that does (masked ones, S7): for segments.
select terminal, incarnation, seq, hash, fact_hash, fact_id, first, v, verdict, entry, root, case_id, grp, bytes
from register where terminal = ? and seq > ? and seq <= ? and (entry = 0 or (v = 'accepted' and bytes is not null))
order by seq;

-- name: blob_names
-- All blobs, for segments.
select sha256 from blob order by sha256;

-- name: leaving
-- Scopes that terminals are to give up.
select terminal, scope, since from leaving order by terminal, scope;

-- name: drop_leaving
-- Those of a terminal, before those that it has now.
delete from leaving where terminal = ?;

-- name: put_leaving
-- A scope that a terminal is to give up.
insert into leaving values (?, ?, ?);
-- name: scan
-- The cases whose accepted facts name a scan, with their scopes.
select scan.sha256, scan.case_id, scan.size, scan.came, case_state.scope
from scan join case_state on case_state.case_id = scan.case_id where scan.sha256 = ? order by scan.case_id;

-- name: scans_to_come
-- How many scans are still to come: for the figures.
select count(*) from scan where came = 0;

-- name: put_scan
-- A scan of a case as it is now.
insert or replace into scan values (?, ?, ?, ?);

-- name: scans_of
-- Scans of these cases (ids as a JSON list) that are still to come.
select scan.sha256, scan.case_id, scan.size, scan.came, case_state.scope
from scan join case_state on case_state.case_id = scan.case_id
where scan.came = 0 and scan.case_id in (select value from json_each(?)) order by scan.case_id, scan.sha256;

-- name: scans_waiting
-- Which scans are still to come.
select distinct sha256 from scan where came = 0 order by sha256;

-- name: scans_come
-- Which scans have come, by the log.
select distinct sha256 from scan where came = 1 order by sha256;
