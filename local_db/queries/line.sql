-- What the line asks of the memory.

-- name: position
select epoch, cursor, chain, head, frozen, acked,
    coalesce((select cast(value as integer) from meta where key = 'former_to'), 0)
from standing

-- name: end_of_outbox
select coalesce(max(local_seq), 0) from outbox

-- name: outgoing
-- Envelopes in order, with their bytes, from one on; read row by row, so a long backlog costs no memory.
select o.local_seq, o.prev, o.hash, o.stub, f.bytes, f.hash, f.group_index, f.group_size
from outbox o join fact f on f.n = o.fact where o.local_seq > ? order by o.local_seq

-- name: stubs
-- What travelled without its bytes and is not settled.
select o.local_seq, f.bytes, f.hash from outbox o join fact f on f.n = o.fact
where o.state not in ('passed', 'resolved') and o.stub <> '' order by o.local_seq

-- name: group_of
-- All envelopes of the group of one, in order.
select o.local_seq, o.prev, o.hash, f.bytes, f.hash
from outbox mine join fact g on g.n = mine.fact
join outbox o on o.local_seq between mine.local_seq - g.group_index and mine.local_seq - g.group_index + g.group_size - 1
join fact f on f.n = o.fact
where mine.local_seq = ? order by o.local_seq

-- name: has_sealed
select 1 from outbox where hash = ?

-- name: to_send
-- Rows of a batch whose state a send may move.
select local_seq, state from outbox where local_seq between ? and ?

-- name: sent
update outbox set state = ?, attempts = attempts + 1, sent_at = ? where local_seq = ?

-- name: row
select o.state, o.revision, o.case_id, f.id, f.type, f.bytes, o.verdict, f.hash, o.stub
from outbox o join fact f on f.n = o.fact where o.local_seq = ?

-- name: judged
update outbox set state = ?, verdict = ?, revision = ?, entry = ? where local_seq = ?

-- name: passed_before
-- Accepted facts among these (numbers as a JSON list) whose entry lies before the cursor, and whether it is here.
select o.local_seq, o.case_id, exists (select 1 from entry e where e.seq = o.entry and e.fact_id = f.id)
from json_each(?) j join outbox o on o.local_seq = j.value join fact f on f.n = o.fact
where o.state = 'accepted' and o.entry > 0 and o.entry <= (select cursor from standing)

-- name: moved
update outbox set state = ? where local_seq = ?

-- name: mark_hole
-- The history of a case is at the hall.
insert into confirmed (case_id, root, n, hole) values (?1, ?1, 0, 1) on conflict (case_id) do update set hole = hole | 1

-- name: set_acked
update standing set acked = ? where id = 1

-- name: set_stub
update outbox set stub = ? where local_seq = ?

-- name: remember_head
update standing set head = ?, head_seq = ? where id = 1 and head_seq <= ?

-- name: freeze
-- What was said of another epoch comes too late to stop this one.
update standing set frozen = ? where id = 1 and epoch = ?

-- name: contact
update standing set contact = ?, offset_ms = ?, contact_local = ?, contact_mono = ?, contact_boot = ?,
    trouble = '' where id = 1

-- name: trouble
update standing set trouble = ? where id = 1

-- name: evidence
select contact, offset_ms, contact_local, contact_mono, contact_boot, trouble, frozen from standing

-- name: unsent
-- How many own facts the hall has not answered, and the first of them; the index alone answers.
select count(*), min(local_seq) from outbox
where state not in ('passed', 'resolved') and state in ('committed', 'sent')

-- name: oldest_unsent
-- Since when they wait. Not always since the first one: an enrolment puts its own word before older facts.
select coalesce(min(f.at), '') from (
    select fact from outbox where local_seq >= ? and state in ('committed', 'sent') order by local_seq limit 100
) o join fact f on f.n = o.fact

-- name: unsent_after
-- Where the group of the first envelope begins that the hall has not answered after a mark: no group is ever split.
select o.local_seq - f.group_index from outbox o join fact f on f.n = o.fact
where o.local_seq > ? and o.state in ('committed', 'sent') order by o.local_seq limit 1

-- name: own_to_settle
-- Own facts in the tray, by kind.
select t.kind, count(*) from tray t where t.settled = '' and t.terminal in (select value from json_each(?)) and not exists (
    select 1 from resolution r join outbox o on o.local_seq = r.local_seq
    where r.fact_id = t.fact_id and o.state in ('committed', 'sent', 'accepted')
) group by t.kind

-- name: missing_blobs
select version from head
where kind in ('catalogue.head', 'calendar.head') and version not in (select sha256 from blob)
union select sha256 from wanted where sha256 not in (select sha256 from blob)

-- name: keep_blob
insert into blob (sha256, bytes) values (?, ?) on conflict (sha256) do nothing

-- name: blob
select bytes from blob where sha256 = ?

-- name: note_settled
-- The hall's last word of an own line, kept beside it: the line may go with its module, and what was tried here in vain
-- would look like the only way in which it was settled.
-- Under the place of that word, below zero: of two words the later one counts, in whatever order they come.
insert or ignore into resolution (fact_id, local_seq) values (?, -?)

-- name: note_open
delete from resolution where fact_id = ? and local_seq <= 0 and -local_seq < ?

-- name: forget_words
-- What was said behind a place is said otherwise in another epoch.
delete from resolution where local_seq <= 0 and -local_seq > ?

-- name: keep_tray
-- The hall's own word replaces what was put there by a verdict alone; a verdict never replaces the hall's word.
insert into tray (fact_id, case_id, kind, terminal, since, settled, told, bytes) values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict (fact_id) do update set case_id = excluded.case_id, kind = excluded.kind, terminal = excluded.terminal,
    since = excluded.since, settled = excluded.settled, told = excluded.told, bytes = excluded.bytes
where excluded.told >= tray.told

-- name: drop_own_tray
-- Under its id, and under the hash of its bytes.
delete from tray where fact_id in (?, ?) and told = 0

-- name: drop_resolved_tray
-- What an own resolution, now in the log, has settled here before the hall's line of it came.
delete from tray where told = 0 and fact_id in (select fact_id from resolution where local_seq = ?1) and not exists (
    select 1 from resolution r join outbox by on by.local_seq = r.local_seq
    where r.fact_id = tray.fact_id and by.state not in ('passed', 'resolved')
) and not exists (
    select 1 from outbox o join fact f on f.n = o.fact
    where o.state in ('held', 'rejected') and tray.fact_id in (f.id, f.hash)
)

-- name: accepted_between
-- Own facts that the hall has accepted behind one place and up to another.
select local_seq, entry from outbox
where state not in ('passed', 'resolved') and state = 'accepted' and entry > ? and entry <= ?

-- name: again
-- Where the present incarnation sealed the fact of a former envelope once more.
select again from former where terminal = ? and incarnation = ? and local_seq = ?

-- name: own_among
-- Which of these facts (ids as a JSON list) are own ones that the log has not passed.
select f.id, o.local_seq from json_each(?) j join fact f on f.id = j.value join outbox o on o.fact = f.n
where o.state not in ('passed', 'resolved')

-- name: hash_of_row
select f.hash from outbox o join fact f on f.n = o.fact where o.local_seq = ?

-- name: drop_fetched
-- Settled: its bytes are of no more use here, unless it stands in the log masked and somebody has opened it here.
delete from kept where fact_id = ?1
and not exists (select 1 from entry e where e.case_id = kept.case_id and e.fact_id = ?1 and e.kind = 'fact')

-- name: own_by_hash
-- The own fact with these bytes, among those that nobody has settled or the log has not passed.
select f.case_id, f.type, f.bytes from outbox o join fact f on f.n = o.fact where o.state <> 'passed' and f.hash = ?

-- name: own_named
-- The own fact of which a line speaks, by its id or by the hash of its bytes.
select o.local_seq, f.id, f.hash, o.stub from outbox o join fact f on f.n = o.fact
where o.state <> 'passed' and (f.hash = ?1 or f.id = ?1)

-- name: is_told
select 1 from tray where fact_id = ? and told = 1

-- name: is_given_up
select 1 from tray where fact_id in (?, ?) and told = 1 and kind <> 'flagged' and settled in ('withdraw', 'amend')

-- name: keep_entry
insert into entry (seq, scope, kind, hash, bytes, case_id, fact_id) values (?, ?, ?, ?, ?, ?, ?)

-- name: advance
update standing set cursor = ?, chain = ? where id = 1

-- name: keep_staff
insert into staff (number, seq, bytes) values (?, ?, ?)
on conflict (number) do update set seq = excluded.seq, bytes = excluded.bytes where excluded.seq > staff.seq

-- name: keep_terminal
insert into terminal (number, seq, bytes) values (?, ?, ?)
on conflict (number) do update set seq = excluded.seq, bytes = excluded.bytes where excluded.seq > terminal.seq

-- name: keep_head
insert into head (kind, seq, version) values (?, ?, ?) on conflict (kind, seq) do nothing

-- name: want
insert into wanted (sha256) values (?) on conflict do nothing

-- name: own_receipt
-- The own fact that gave a case its number.
select bytes from fact where case_id = ? and type = 'received' order by n limit 1

-- name: newest_links
-- Own facts with their envelopes, newest first; those that are known to be damaged travel as stubs, and are told there.
select o.local_seq, o.incarnation, o.prev, f.hash, f.bytes, o.hash, o.stub from outbox o join fact f on f.n = o.fact
order by o.local_seq desc limit ?
