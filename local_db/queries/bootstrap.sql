-- Beginning from a snapshot of the hall (S21). `snap` is the file of one scope, attached while it is applied.

-- name: boot
select epoch, seq, chain, head, fold, phase, scope, place, mark from bootstrap

-- name: files
select scope, sha256, size, proven from bootstrap_file order by scope

-- name: begin
insert into bootstrap (id, epoch, seq, chain, head, fold, phase) values (1, ?, ?, ?, ?, ?, 'fetch')

-- name: expect_file
insert into bootstrap_file (scope, sha256, size) values (?, '', 0)

-- name: file
update bootstrap_file set sha256 = ?, size = ?, proven = 0 where scope = ?

-- name: proven
update bootstrap_file set proven = ? where scope = ?

-- name: forget
delete from bootstrap

-- name: drop_ahead
-- Entries of a snapshot that came to no end: the cursor has not reached them.
delete from entry where seq > (select cursor from standing)

-- name: forget_files
delete from bootstrap_file

-- name: forget_held
delete from bootstrap_held

-- name: step
update bootstrap set phase = ?, scope = ?, place = ?, mark = ? where id = 1

-- name: cover_in_part
-- What is applied brings of it what lies before the cursor, and may come to no end.
insert into scope_here (scope, state) select ?, case cursor when 0 then 'held' else 'leaving' end from standing where true
on conflict (scope) do update set place = 0

-- name: cover
insert into scope_here (scope, state) values (?, 'held')
on conflict (scope) do update set state = excluded.state, place = 0

-- name: cover_begun
-- What had begun to come, and of which the snapshot brings nothing: it goes, or is asked for anew.
insert into scope_here (scope, state) select scope, 'leaving' from scope_fill where true
on conflict (scope) do update set state = excluded.state, place = 0

-- name: forget_begun
-- What had begun to come: what lies behind where it was asked for is not sent again.
delete from scope_fill

-- name: half_begun
-- Of it a part is here.
insert or ignore into meta (key, value) select 'half/' || scope, '0' from scope_fill

-- name: half_upto
update meta set value = ? where key glob 'half/*'

-- name: forget_noted
delete from scope_case

-- name: sweep_upto
-- The end of the next slice of the old copy.
select max(seq) from (select seq from entry where seq > ? and seq <= ? order by seq limit ?)

-- name: sweep
-- Places of hidden entries, verdicts and the old tray: the snapshot brings the tray as it is now.
delete from entry where seq > ? and seq <= ? and kind in ('', 'verdict', 'tray')

-- name: entries_upto
select max(seq) from (select seq from snap.entry where seq > ? order by seq limit ?)

-- name: entries
insert into entry (seq, scope, kind, hash, bytes, case_id, fact_id)
select seq, scope, kind, hash, bytes, case_id, fact_id from snap.entry where seq > ? and seq <= ?
on conflict (seq) do nothing

-- name: held_of_file
insert or ignore into bootstrap_held select case_id from snap.held where case_id > ? order by case_id limit ?

-- name: held_upto
select max(case_id) from (select case_id from snap.held where case_id > ? order by case_id limit ?)

-- name: wanted_of_file
insert or ignore into wanted select sha256 from snap.wanted

-- name: said_by_hall
-- What the hall says of no case: people, terminals, heads.
select seq, bytes from snap.entry where kind = 'fact' and case_id = '' and seq > ? order by seq limit ?

-- name: known
-- Cases that were here before: of the old copy, those of a scope that was still coming, and those with own facts that
-- nobody has settled. Each kind gives as many cases as are asked for, so that none of them is sorted as a whole.
select case_id from (
    select * from (select case_id from confirmed where case_id > ?1 and case_id <= ?2 order by case_id limit ?3)
    union select * from (select case_id from scope_case where case_id > ?1 and case_id <= ?2 order by case_id limit ?3)
    union select * from (
        select distinct case_id from outbox where state not in ('passed', 'resolved') and case_id > ?1 and case_id <= ?2
        order by case_id limit ?3
    )
) order by case_id limit ?3

-- name: last_known
-- The last of them now: what is taken in meanwhile comes behind it, and is nobody's but ours.
select max(case_id) from (
    select max(case_id) as case_id from confirmed
    union all select max(case_id) from scope_case
    union all select max(case_id) from outbox where state not in ('passed', 'resolved')
)

-- name: is_held
select 1 from bootstrap_held where case_id = ?

-- name: own_unsettled
-- Own facts of a case that nobody has settled, and whether the hall may have heard of them.
select count(*), coalesce(max(attempts > 0 or state <> 'committed'), 0) from outbox where state not in ('passed', 'resolved') and case_id = ?

-- name: first_to_settle
select min(local_seq) from outbox where state not in ('passed', 'resolved') and state in ('held', 'rejected')

-- name: arrive
update standing set cursor = ?, chain = ?, epoch = ? where id = 1

-- name: cases_upto
select max(id) from (select id from snap.cases where id > ? order by id limit ?)

-- name: fill_shown
-- A case in which something was done here since `known` went by is left to `fold`: the own facts belong on top of it.
insert into shown (
    case_id, root, number, item, module, state, applicant_name, applicant_id, received_at, updated, visit, checks, body,
    reprint, clerk
)
select case_id, root, number, item, module, shown_state, applicant_name, applicant_id, received_at, ?3, visit, checks,
    state, case when instr(state, cast('"former_numbers"' as blob)) > 0
        then json_type(cast(state as text), '$.reprint') is not null else 0 end,
    coalesce(nullif(json_extract(cast(state as text), '$.received.first_contact'), ''),
        json_extract(cast(state as text), '$.taken_by'), '')
from snap.cases c
where id > ?1 and id <= ?2 and state is not null
    and not exists (select 1 from confirmed k where k.case_id = c.case_id)
    and not exists (select 1 from outbox o where o.state not in ('passed', 'resolved') and o.case_id = c.case_id)

-- name: fill_alias
-- Old numbers of renumbered cases (S27): few have any.
insert or ignore into alias (alias, case_id)
select old.value, c.case_id from snap.cases c, json_each(cast(c.state as text), '$.former_numbers') old
where c.id > ? and c.id <= ? and instr(c.state, cast('"former_numbers"' as blob)) > 0

-- name: fill_place
insert or ignore into place (post, received_at, case_id, step, spot)
select post, received_at, case_id, step, spot from snap.place p
where owner > ?1 and owner <= ?2 and not exists (select 1 from confirmed k where k.case_id = p.case_id)
    and not exists (select 1 from outbox o where o.state not in ('passed', 'resolved') and o.case_id = p.case_id)

-- name: fill_person
insert or ignore into person (code, name, kind, words)
select code, name, kind, words from snap.person where owner > ? and owner <= ? order by rowid

-- name: own_receipts
-- The receipts of a part whose number one of our own names gave, or gave before it was another.
select e.bytes from snap.cases c, entry e
where c.id > ?1 and c.id <= ?2
    and (substr(c.number, 13, 4) in (select value from json_each(?3))
        or instr(c.state, cast('"former_numbers"' as blob)) > 0)
    and e.case_id <> '' and e.case_id = c.case_id and e.seq = (
        select min(seq) from entry f where f.case_id <> '' and f.case_id = c.case_id and f.kind = 'fact'
    )

-- name: fill_confirmed
insert or ignore into confirmed (case_id, root, n, hole, state, ended, touched)
select case_id, root, n, 0, state, ended, touched from snap.cases c where id > ? and id <= ?
    and not exists (select 1 from outbox o where o.state not in ('passed', 'resolved') and o.case_id = c.case_id)

-- name: forget_told
delete from tray where told = 1

-- name: tray
select seq, bytes from snap.entry where kind = 'tray' and seq > ? order by seq limit ?

-- name: receipt
select bytes from entry where case_id <> '' and case_id = ? and kind = 'fact' order by seq limit 1

-- name: looked_upto
select max(case_id) from (select case_id from bootstrap_held where case_id > ? order by case_id limit ?)

-- name: unfolded
-- Cases of the snapshot that came without a state.
select case_id from bootstrap_held h
where case_id > ? and case_id <= ? and not exists (select 1 from confirmed k where k.case_id = h.case_id)
order by case_id limit ?
