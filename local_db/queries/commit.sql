-- What a clerk's save does, in the order of the transaction.

-- name: last_sealed
-- The end of the envelope chain; read inside BEGIN IMMEDIATE (S2).
select local_seq, hash from outbox order by local_seq desc limit 1

-- name: insert_fact
insert into fact (id, bytes, hash, type, case_id, root, group_id, group_index, group_size, at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: insert_envelope
insert into outbox (local_seq, incarnation, prev, hash, fact, case_id, state) values (?, ?, ?, ?, ?, ?, 'committed')

-- name: insert_resolution
insert or ignore into resolution (fact_id, local_seq) values (?, ?)

-- name: own_refused
-- Own rows that a resolve.* fact names, by id or by the hash of their bytes, and that still wait in a tray.
select o.local_seq, o.state, o.case_id from outbox o join fact f on f.n = o.fact
where o.state not in ('passed', 'resolved') and o.state in ('held', 'rejected') and (f.id = ?1 or f.hash = ?1)

-- name: move
update outbox set state = ? where local_seq = ?

-- name: to_settle
-- What waits in the tray, with the bytes of it that are here: own facts, and what was fetched from the hall.
select t.case_id, t.bytes, coalesce(f.bytes, k.bytes) from tray t
left join fact f on f.id = t.fact_id left join kept k on k.fact_id = t.fact_id
where t.settled = '' order by t.since, t.fact_id limit ?

-- name: in_log
-- The entry of a fact that the log has.
select bytes from entry where case_id <> '' and case_id = ? and kind = 'fact' and fact_id = ?

-- name: keep_fetched
insert into kept (fact_id, case_id, bytes) values (?, ?, ?) on conflict (fact_id) do nothing

-- name: root_of
select root from confirmed where case_id = ?1 union select root from shown where case_id = ?1

-- name: unsent_types
-- Types of own facts of a case that the hall has not answered.
select f.type from outbox o join fact f on f.n = o.fact
where o.state not in ('passed', 'resolved') and o.case_id = ? and o.state in ('committed', 'sent')

-- name: counter
select counter from day_counter where day = ?

-- name: set_counter
insert into day_counter (day, counter) values (?, ?) on conflict (day) do update set counter = excluded.counter

-- name: keep_ref
insert into ref (ref, number, case_id) values (?, ?, ?) on conflict (ref) do nothing

-- name: ref
select number, case_id from ref where ref = ?

-- name: gave_up
-- Whether a person has given up an own receipt of this root, or of this case: then what it took in is nowhere.
select exists (
    select 1 from fact f left join outbox o on o.fact = f.n where f.type = 'received' and ? in (f.root, f.case_id) and (
        o.state = 'resolved' or o.state is null and f.n in (select fact from former where again < 0)
    )
)

-- name: roster_position
-- The log's position of the newest roster entry.
select coalesce(max(seq), 0) from staff

-- name: staff
select bytes from staff where number = ?

-- name: identity
-- Settings lie in the same table and may be long.
select key, value from meta
where key in ('hall', 'region', 'hall_name', 'hall_key', 'terminal', 'incarnation')

-- name: writes
-- What the hall has said may be written, newest last (S32).
select kind, version from head where kind like 'write/%' order by seq
-- name: incarnation
-- Read in every act: another process may have enrolled the folder again meanwhile.
select value from meta where key = 'incarnation'

-- name: adrift
-- How many facts were known to be missing when work went on in an older copy (S27).
select value from meta where key = 'adrift'

-- name: keep_adrift
insert into meta (key, value) values ('adrift', ?) on conflict (key) do nothing

-- name: former
-- Who this terminal was before, the oldest first.
select terminal, incarnation, first, last, head from incarnation order by n
