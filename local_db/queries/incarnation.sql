-- A new incarnation over this memory: who it was, and what is sealed again (S27).

-- name: span
-- What the incarnation holds of its own envelopes.
select coalesce(min(local_seq), 0), coalesce(max(local_seq), 0) from outbox

-- name: sealed_after
-- Own envelopes behind the hall's mark.
select local_seq, prev from outbox where local_seq > ? order by local_seq

-- name: without_envelope
-- Own facts that have none, neither of this incarnation nor of a former one. What was salvaged knows of no former one:
-- there those count that lie behind the first word of this incarnation. Where that is not here: all, if an envelope has
-- the number of its fact, for then nothing was before; and where no envelope is left, those behind the newest word, or
-- without one all, if there are no more facts than this incarnation has sealed (?1).
select count(*) from fact where n not in (select fact from outbox) and n not in (select fact from former) and (
    not exists (select 1 from meta where key = 'salvaged')
    or exists (select 1 from outbox where fact = local_seq) and not exists (
        select 1 from outbox o join fact f on f.n = o.fact where o.local_seq = 1 and f.type = 'adopts'
    )
    or n > (select f.n from outbox o join fact f on f.n = o.fact where o.local_seq = 1 and f.type = 'adopts')
    or not exists (select 1 from outbox) and (
        n >= (select max(n) from fact where type = 'adopts')
        or not exists (select 1 from fact where type = 'adopts') and (select max(n) from fact) <= ?1
    )
)

-- name: salvaged
-- Where the chain of envelopes ended in what could be read of a damaged file.
select value from meta where key = 'salvaged'

-- name: salvaged_seal
-- The newest envelope that could be read there, with or without its fact.
select value from meta where key = 'salvaged_seal'

-- name: hash_at
select hash from outbox where local_seq = ?

-- name: keep_incarnation
insert into incarnation (terminal, incarnation, first, last, head) values (?, ?, ?, ?, ?)

-- name: keep_former
-- What somebody gave up is sealed no more, and so is what the log has passed: -1 tells the one from the other.
insert into former (terminal, incarnation, local_seq, prev, hash, fact, again, entry)
select ?, incarnation, local_seq, prev, hash, fact, case state when 'resolved' then -1 else 0 end, entry from outbox

-- name: to_seal_again
-- Own facts that the log has not passed and nobody gave up, in the order they were sealed; also facts whose envelope
-- was not readable any more (T42). What a former incarnation had passed has an envelope there and none here.
select f.n, f.hash, f.case_id, o.local_seq, o.state, o.verdict, o.revision, o.entry
from fact f left join outbox o on o.fact = f.n
where o.state not in ('passed', 'resolved')
    or (o.local_seq is null and f.n not in (select fact from former))
order by f.n

-- name: settled_rows
select local_seq from outbox where state in ('passed', 'resolved')

-- name: resolutions
select fact_id, local_seq from resolution

-- name: clear_resolutions
delete from resolution

-- name: clear_outbox
delete from outbox

-- name: seal_again
insert into outbox (local_seq, incarnation, prev, hash, fact, case_id, state, verdict, revision, entry)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: forget_again
update former set again = 0 where again > 0

-- name: keep_again
update former set again = ? where fact = ?

-- name: keep_identity
insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value

-- name: end_adrift
delete from meta where key in ('adrift', 'salvaged', 'salvaged_seal', 'former_to')

-- name: former_under_way
-- Of what a former number had brought, and a restored hall has lost, not all has been answered.
select 1 from meta, standing where key = 'former_to' and cast(value as integer) > acked

-- name: skips_epochs
select cursor = 0 and epoch <> ? from standing where id = 1

-- name: epoch_of_nothing
-- A memory that has pulled nothing begins in the hall's epoch of today.
update standing set epoch = ? where id = 1 and cursor = 0

-- name: nothing_answered
update standing set acked = 0, trouble = '' where id = 1
