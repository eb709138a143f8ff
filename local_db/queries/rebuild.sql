-- Rebuilding every projection from facts, envelopes and entries; and what two projections are compared by.

-- name: clear_confirmed
delete from confirmed

-- name: clear_shown
delete from shown

-- name: clear_alias
delete from alias

-- name: clear_place
delete from place

-- name: clear_prefile
delete from prefile

-- name: clear_tray
-- A line whose word is not here any more stays as it was told: a snapshot that came to no end has swept it.
delete from tray where told = 0 or fact_id in (
    select json_extract(cast(bytes as text), '$.tray.fact') from entry where kind = 'tray'
)

-- name: clear_staff
delete from staff

-- name: clear_terminal
delete from terminal

-- name: clear_head
delete from head

-- name: clear_call
delete from call

-- name: hash_call
select id, staff, terminal, made_by, made_at, answered_by, answered_at from call order by id

-- name: clear_words
insert into person_words (person_words) values ('delete-all')

-- name: clear_agent
delete from agent

-- name: clear_person
delete from person

-- name: clear_finder
update finder set indexed = 0, spelled = 0 where id = 1

-- name: kept_entries
-- All that is kept of the log, with what it was when it came.
select seq, scope, hash, bytes, case_id from entry where kind <> ''

-- name: cases
-- Every case that the log or an unsettled own fact speaks of.
select case_id from entry where case_id <> '' and kind = 'fact'
union select case_id from outbox where state not in ('passed', 'resolved') and case_id <> ''

-- name: entries_of_case
select seq, bytes from entry where case_id <> '' and case_id = ? and kind = 'fact' and seq <= ? order by seq

-- name: entries_of_hall
-- Entries that speak of no case: roster, terminals, heads.
select seq, bytes from entry where kind = 'fact' and case_id = '' and seq <= ? order by seq

-- name: entries_of_tray
select bytes from entry where kind = 'tray' and seq <= ? order by seq

-- name: own_with_verdict
-- Own rows whose last verdict puts them into the tray. What was resolved is in it until the log has the resolution, or
-- somebody has given up the resolution itself: then it is the hall's line that counts.
select local_seq from outbox o where state in ('held', 'rejected') or (state = 'resolved' and exists (
    select 1 from resolution r join outbox by on by.local_seq = r.local_seq join fact f on f.n = o.fact
    where r.fact_id in (f.id, f.hash) and by.state not in ('passed', 'resolved')
)) order by local_seq

-- name: is_over
-- Whether somebody has settled what an own line tells of, or it stands. The word of it may be in a module that is not
-- here any more (`note_settled`). Under a new number nothing is sealed again that was over.
select 1 from fact f left join outbox o on o.fact = f.n
where f.id = ?1 and (o.state = 'passed' or exists (
    select 1 from resolution r where r.local_seq <= 0 and r.fact_id in (f.id, f.hash)
) or o.state = 'resolved' and not exists (
    select 1 from resolution r join outbox by on by.local_seq = r.local_seq
    where r.fact_id in (f.id, f.hash) and by.state <> 'passed'
) or o.state is null and f.n in (select fact from former) and not exists (
    select 1 from fact by left join outbox sealed on sealed.fact = by.n
    where by.type glob 'resolve.*' and instr(by.bytes, cast(f.id as blob)) and (
        sealed.state <> 'passed' or sealed.state is null and by.n in (select fact from former where again < 0)
    )
))

-- name: is_looked_after
-- Of what stands the hall's last word of its line alone says so.
select 1 from resolution where fact_id = ? and local_seq <= 0

-- name: hash_confirmed
select case_id, root, n, hole, state from confirmed order by case_id

-- name: hash_shown
select case_id, root, number, state, body from shown order by case_id

-- name: hash_alias
select alias, case_id from alias order by alias, case_id

-- name: hash_place
select post, received_at, case_id, step from place order by 1, 2, 3, 4

-- name: hash_prefile
select case_id, code, state, body from prefile order by case_id

-- name: hash_tray
-- What is settled shows nowhere, and goes with its case.
select fact_id, kind, told from tray where settled = '' order by fact_id

-- name: hash_staff
select number, seq, bytes from staff order by number

-- name: hash_terminal
select number, seq, bytes from terminal order by number

-- name: hash_head
select kind, seq, version from head order by kind, seq

-- name: projection
-- Which fold has written the projections.
select value from meta where key = 'projection'

-- name: again
-- A bootstrap that stands before the cases that were here begins with them anew.
update bootstrap set place = 0, mark = '' where phase = 'known'

-- name: not_ours
-- Another fold has written the projections, and this one has just written among them.
delete from meta where key = 'projection' and value <> ?

-- name: keep_projection
insert into meta (key, value) values ('projection', ?) on conflict (key) do update set value = excluded.value

-- name: drop_confirmed
delete from confirmed where case_id = ?

-- name: is_filling
-- Whether the case is of a scope whose entries are still being asked for; or of one of which only a part has come, and
-- no fact behind that says what it lacks: what came with the log since is whole, or shows a hole.
select 1 from entry e where e.case_id <> '' and e.case_id = ?1 and (
    exists (select 1 from scope_fill f where f.scope = e.scope and f.phase = 'pull')
    or exists (select 1 from meta m where m.key = 'half/' || e.scope and not exists (
        select 1 from scope_here h where h.scope = e.scope and h.state = 'held'
    ) and not exists (
        select 1 from entry later where later.case_id <> '' and later.case_id = ?1 and later.kind = 'fact'
        and later.seq > cast(m.value as integer)
    ))
) limit 1

-- name: unshown_holes
-- Cases of which nothing was shown, since nothing says what they lack here.
select case_id from confirmed c where hole & 1 and n = 0 and not exists (select 1 from shown s where s.case_id = c.case_id)

-- name: own_holes
-- Cases of own facts that the cursor has passed and whose entry is not here: they are at the hall.
insert into confirmed (case_id, root, n, hole)
select distinct o.case_id, o.case_id, 0, 1 from outbox o join fact f on f.n = o.fact
where o.state = 'accepted' and o.entry > 0 and o.entry <= (select cursor from standing) and o.case_id <> ''
on conflict (case_id) do update set hole = hole | 1
