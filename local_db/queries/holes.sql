-- Cases whose history is at the hall: earlier entries are not here (S21).

-- name: holes
select case_id from confirmed where hole & 1 and case_id > ? order by case_id limit ?

-- name: unhide
-- The place of a hidden entry is taken by the entry itself.
delete from entry where seq = ? and kind = '' and hash = ?

-- name: keep_entry
insert into entry (seq, scope, kind, hash, bytes, case_id, fact_id) values (?, ?, ?, ?, ?, ?, ?)
on conflict (seq) do nothing

-- name: touch
-- Whoever asked for it has it for as long as one that has just ended.
update confirmed set touched = max(touched, (select contact from standing)) where case_id = ?

-- name: forget_hole
-- The hall knows no such case: what is shown of it is what was done here.
delete from confirmed where case_id = ? and n = 0

-- name: passed_unseen
-- Own facts of a case that the hall has accepted behind the cursor.
select local_seq from outbox where state not in ('passed', 'resolved') and case_id = ?
    and state = 'accepted' and entry > 0 and entry <= (select cursor from standing)

-- name: drop_settled_tray
-- What an own verdict had put into the tray and somebody else has settled: with the entries of a single case comes no
-- line of the hall that says so.
delete from tray where told = 0 and case_id = ?1 and exists (
    select 1 from outbox o join fact f on f.n = o.fact
    where o.case_id = ?1 and o.state in ('passed', 'resolved') and tray.fact_id in (f.id, f.hash)
) and not exists (
    select 1 from resolution r join outbox by on by.local_seq = r.local_seq
    where r.fact_id = tray.fact_id and by.state not in ('passed', 'resolved')
)
