-- The figures of the board: each answers from an index, in one pass, and reads no case.

-- name: arrived
-- Receipts since a day by hour, module and state.
select cast(substr(received_at, 12, 2) as integer), module, state, count(*)
from shown indexed by shown_received where received_at >= ? group by 1, 2, 3

-- name: checked
-- Cases whose papers were first checked since a day.
select module, first, count(*), sum(looks)
from shown indexed by shown_received where received_at >= '' and checked_at >= ? and first <> '' group by 1, 2

-- name: decided
-- Cases that were decided since a day.
select module, received_at, decided_at
from shown indexed by shown_received where received_at >= '' and decided_at >= ?

-- name: waiting
-- Open steps by the place where they wait.
select post, count(*), min(received_at), sum(spot) from place group by post

-- name: running
-- Open cases by the clocks that run.
select module, terms, count(*) from shown indexed by shown_terms where terms <> '' group by module, terms

-- name: late_asks
select item, sum(asks) from shown indexed by shown_asks where asks > 0 group by item

-- name: prefile_looks
-- Applications before their number that were touched since a day and looked through.
select count(*), coalesce(sum(looks), 0) from (
    select json_extract(cast(body as text), '$.attempts') as looks from prefile where touched >= ?
) where looks > 0

-- name: tray_counts
-- What waits in the tray of the whole hall, without what an own resolution is on its way for.
select t.kind, count(*) from tray t where t.settled = '' and not exists (
    select 1 from resolution r join outbox o on o.local_seq = r.local_seq
    where r.fact_id = t.fact_id and o.state in ('committed', 'sent', 'accepted')
) group by t.kind

-- name: uncounted
select count(*) from shown indexed by shown_unmeasured where measured = 0

-- name: unmeasured
select case_id, body from shown indexed by shown_unmeasured where measured = 0 order by case_id limit ?

-- name: measure
update shown set checked_at = ?, first = ?, looks = ?, decided_at = ?, asks = ?, terms = ?, measured = 1
where case_id = ?

-- name: clock_place
update place set terms = ?1 where post = ?2 and received_at = ?3 and case_id = ?4 and step = ?5 and terms <> ?1

-- name: scopes
-- The parts of the hall's log that this copy covers.
select scope from scope_here where state = 'held' order by scope
