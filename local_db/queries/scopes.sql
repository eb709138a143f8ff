-- Scopes that come and go (S7).

-- name: told
-- What the log says of this terminal.
select bytes from terminal where number = ?

-- name: here
-- Scopes that this copy covers.
select scope, state from scope_here

-- name: kept
-- Scopes that the log has taken away and that are still needed here: what is unsettled in them, what came of them in
-- part, and where nobody has looked at its word yet. What is sent no more leaves a gap, should they be given back.
select distinct scope from (select scope, state from scope_here union all select scope, 'held' from scope_fill) h
where state <> 'held' or (
    exists (select 1 from terminal where number = ?1) and not exists (
        select 1 from terminal t, json_each(cast(t.bytes as text), '$.scopes') told
        where t.number = ?1 and told.value = h.scope
    )
) order by scope

-- name: cover
insert into scope_here (scope, state) values (?, 'held')
on conflict (scope) do update set state = excluded.state, place = 0

-- name: cover_first
-- Before the first page.
insert or ignore into scope_here (scope, state) select ?, 'held' from standing where cursor = 0

-- name: leave
update scope_here set state = ? where scope = ?

-- name: may_lack
-- It may be sent no more: should it be given back, what came meanwhile is missing.
update scope_here set state = 'leaving' where state = 'held' and scope = ?

-- name: fill_later
-- The same of one that is only coming.
update scope_fill set upto = 0, place = 0, chain = ?, phase = 'wait' where scope = ?

-- name: uncover
delete from scope_here where scope = ?

-- name: unsettled
-- How many own facts are unsettled in a scope; one of a case that is not shown may be of any.
select count(*) from outbox o left join shown s on s.case_id = o.case_id
where o.state not in ('passed', 'resolved') and (s.module is null or s.module = ?)

-- name: begin
-- From here on its entries are kept as they come with the log; what lies before is asked for when its turn has come.
insert or ignore into scope_fill (scope, upto, chain, phase) values (?, 0, ?, 'wait')

-- name: start
update scope_fill set phase = 'pull', upto = (select cursor from standing) where scope = ?

-- name: coming
select scope, phase from scope_fill

-- name: fill
select scope, upto, place, chain, phase from scope_fill order by phase = 'wait', scope limit 1

-- name: half
-- It was taken away before all of it had come: what cases lack there up to a place is known to nobody here (`is_filling`).
-- It is kept where an older program looks for nothing.
insert into meta (key, value) select 'half/' || scope, upto from scope_fill where scope = ? and upto > 0
on conflict (key) do update set value = max(cast(value as integer), cast(excluded.value as integer))

-- name: whole
delete from meta where key = 'half/' || ?

-- name: half_anew
-- In another epoch what lies behind a place comes again.
update meta set value = min(cast(value as integer), ?) where key glob 'half/*'

-- name: came
update scope_fill set place = ?, chain = ? where scope = ?

-- name: fold
update scope_fill set phase = 'fold' where scope = ?

-- name: filled
delete from scope_fill where scope = ?

-- name: fill_anew
-- In another epoch it begins anew.
update scope_fill set upto = min(upto, ?), place = 0, chain = ?, phase = 'pull' where phase <> 'wait'

-- name: note_case
insert or ignore into scope_case (case_id) values (?)

-- name: noted
select case_id from scope_case order by case_id limit ?

-- name: done_case
delete from scope_case where case_id = ?

-- name: newer_tray
-- Lines of the tray that came with the log meanwhile, and are newer than those that were asked for.
select bytes from entry where seq > ? and kind = 'tray' and scope = ? order by seq

-- name: going
-- What is here of a scope, in order.
select e.seq, e.hash, e.kind, e.bytes, e.case_id from entry e, scope_here h
where h.scope = ?1 and e.seq > h.place and e.scope = ?1 order by e.seq limit ?2

-- name: of_case
select seq, hash, kind, bytes, case_id from entry where case_id <> '' and case_id = ? and scope = ?

-- name: may_drop
insert into may_drop (first, scope) values (0, ?)

-- name: dropped
delete from may_drop

-- name: drop
delete from entry where seq = ?

-- name: hide
-- Where the copy is dense its place stays.
insert into entry (seq, scope, kind, hash, bytes)
select ?1, '', '', ?2, ?3 from standing where floor < ?1

-- name: gone_upto
update scope_here set place = ? where scope = ?

-- name: back_to
-- In another epoch what lies behind a place comes again.
update scope_here set place = min(place, ?)

-- name: drop_line
delete from tray where fact_id = ? and told = 1

-- name: other_lines
-- What else is here of the tray of a case, in order.
select bytes from entry where case_id <> '' and case_id = ? and kind = 'tray' order by seq

-- name: is_left
select 1 from entry where case_id <> '' and case_id = ? limit 1
