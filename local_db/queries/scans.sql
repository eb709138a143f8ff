-- Scanned papers (S35): the rows beside the files in `scans/`.

-- name: keep
-- A scan lies here now; one that was on its way in is whole with it. What the hall said of it stays.
insert into scan (sha256, size, media, here) values (?, ?, ?, 1)
on conflict (sha256) do update set here = 1, wanted = '', trouble = ''

-- name: want
-- Somebody waits for one that is at the hall: it has been there, whatever becomes of this copy.
insert into scan (sha256, size, media, here, wanted) values (?, ?, ?, 0, ?)
on conflict (sha256) do update set here = 0, wanted = excluded.wanted, held = 0, trouble = ''

-- name: row
select size, media, here, wanted, epoch, held, trouble from scan where sha256 = ?

-- name: to_send
-- What lies here and the hall has not said to have, in this epoch, the oldest first.
select sha256, size, held from scan where here = 1 and epoch < (select epoch from standing) order by n limit ?

-- name: still_to_go
-- What the hall has to have before its case leaves. What others have named and was only read here goes all the same
-- where the hall has said that it knows nothing of it: it may have taken the case away from here meanwhile.
select sha256 from scan s where here = 1 and epoch < (select epoch from standing)
and (?2 is null or sha256 in (select value from json_each(?2))) and (
    trouble <> ?1 or exists (select 1 from fact where type = 'scanned' and instr(bytes, cast(s.sha256 as blob)) > 0)
)

-- name: to_fetch
-- What somebody waits for, in the order of asking.
select sha256, size, held from scan where wanted <> '' order by wanted, n limit ?

-- name: sums
-- Bytes that lie here, and bytes of those that wait to be sent, and how many these are.
select coalesce(sum(size), 0), coalesce(sum(case when epoch < (select epoch from standing) then size end), 0),
    coalesce(sum(epoch < (select epoch from standing)), 0)
from scan where here = 1

-- name: held
update scan set held = ?, trouble = '' where sha256 = ?

-- name: sent
update scan set epoch = (select epoch from standing), held = size, trouble = '' where sha256 = ?

-- name: trouble
update scan set trouble = ? where sha256 = ?

-- name: fetched
-- All of it came from the hall, which has it therefore.
update scan set here = 1, wanted = '', held = size, epoch = (select epoch from standing), trouble = '' where sha256 = ?

-- name: gone
-- Its file is not here any more.
update scan set here = 0, wanted = '', held = 0, trouble = ? where sha256 = ?

-- name: forget
delete from scan where sha256 = ?

-- name: all
select sha256, media, size, here, epoch from scan

-- name: own_scanned
-- The own facts that name scans: the bytes of each may be in nobody else's hands.
select bytes from fact where type = 'scanned' order by n

-- name: given_up
-- Whether own facts named a scan, and a person has given up all of them (S15). Under a new number those are sealed no more.
select coalesce(min(
    case when o.state is null then f.n in (select fact from former where again < 0) else o.state = 'resolved' end
), 0) from fact f left join outbox o on o.fact = f.n where f.type = 'scanned' and instr(f.bytes, ?) > 0

-- name: is_shown
-- Whether a case here names a scan.
select exists (select 1 from shown where instr(body, ?) > 0)

-- name: lost
-- Scans whose file broke or went before the hall had all of it.
select sha256 from scan where here = 0 and trouble in ('damaged', 'lost') order by n

-- name: showing
-- The cases here that name a scan.
select body from shown where instr(body, ?) > 0
