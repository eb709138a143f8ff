-- Another epoch of the hall's log (S24, S25): what can be shown of the one before, and going back to where both part.

-- name: keep_head
insert or replace into kept_head (seq, bytes) values (?, ?)

-- name: heads_before
-- The two newest kept heads before one.
select seq from kept_head where seq < ? order by seq desc limit 2

-- name: entries_between
-- How many entries and bytes lie between two places.
select count(*), coalesce(sum(length(bytes)), 0) from entry where seq > ? and seq <= ?

-- name: drop_head
delete from kept_head where seq = ?

-- name: heads_back
-- Places that can be proven, newest first.
select bytes from kept_head order by seq desc

-- name: next_head
-- The first proven place after one, with its head.
select seq, bytes from kept_head where seq > ? order by seq limit 1

-- name: entries
select seq, bytes, kind, hash from entry where seq > ? and seq <= ? order by seq

-- name: touched
-- Cases that the dropped entries speak of, and those whose own facts stood there.
select case_id from entry where seq > ? and case_id <> ''
union select case_id from outbox where entry > ? and case_id <> ''

-- name: undone
-- Own rows whose verdict lies in what is dropped; and where the group of each begins.
select o.local_seq, o.state, o.local_seq - f.group_index from outbox o join fact f on f.n = o.fact
where o.entry > ? and o.state <> 'resolved' order by o.local_seq

-- name: former_lost
-- Own facts of former incarnations of whose command the log said something behind a place, whether or not that is here;
-- their groups whole.
select f.n, f.hash, f.case_id from fact f
where f.group_id in (
        select own.group_id from entry e join fact own on own.id = e.fact_id
        where e.seq > ?1 and e.kind = 'fact' and own.n in (select fact from former)
        union
        select own.group_id from former o join fact own on own.n = o.fact where o.entry > ?1 and o.again >= 0
    )
    and f.type <> 'adopts' and f.n in (select fact from former) and f.n not in (select fact from outbox)
order by f.n

-- name: sent_after
-- Own rows that the hall does not know any more. What the log of this epoch has passed stands in it.
select local_seq, state, case_id from outbox
where local_seq > ? and state <> 'resolved' and not (state = 'passed' and entry > 0) order by local_seq

-- name: undo
-- Its verdict counts no longer: any new one replaces it.
update outbox set state = ?, revision = 0, entry = 0 where local_seq = ?

-- name: drop_told
-- From its beginning on the log tells every line anew.
delete from tray where ?1 = 0

-- name: drop_entries
delete from entry where seq > ?

-- name: drop_heads
delete from kept_head where seq > ?

-- name: enter
-- Until the first page of that epoch the newest head of before says what is held.
update standing set epoch = ?, cursor = ?, chain = ?, floor = min(floor, ?), acked = min(acked, ?), frozen = '', renewed = 1,
    head = (select bytes from kept_head order by seq desc limit 1), head_seq = coalesce((select max(seq) from kept_head), 0)
where id = 1

-- name: former_to
-- Up to this own envelope lies what a former number had brought: what was made on it, and is sent before it, waits.
insert into meta (key, value) values ('former_to', ?) on conflict (key) do update set value = excluded.value

-- name: renewed
select renewed, acked from standing

-- name: renew
update standing set renewed = 0, acked = min(acked, ?) where id = 1

-- name: may_drop
-- What lay behind a place goes in this transaction.
insert into may_drop (first, scope) values (? + 1, '')

-- name: dropped
delete from may_drop
