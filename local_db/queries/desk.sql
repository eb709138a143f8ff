-- What only this machine knows: drafts, wrong PINs, papers on their way, the district's own list, settings.

-- name: keep_draft
insert into draft (case_id, owner, data, field, updated) values (?, ?, ?, ?, ?)
on conflict (case_id) do update set owner = excluded.owner, data = excluded.data, field = excluded.field,
    updated = excluded.updated

-- name: draft
select case_id, owner, data, field, updated from draft where case_id = ?

-- name: drafts
-- A person's own, the newest first.
select case_id, owner, data, field, updated from draft where owner = ? order by updated desc, case_id limit ?

-- name: drop_draft
delete from draft where case_id = ?

-- name: staff
select bytes from staff where number = ?

-- name: roster
select bytes from staff order by number

-- name: terminals
select bytes from terminal order by number

-- name: head
select version, seq from head where kind = ? order by seq desc limit 1

-- name: lockout
select failures, until from lockout where staff = ?

-- name: locked
select staff, failures, until from lockout where until > ? order by staff

-- name: keep_lockout
insert into lockout (staff, failures, until) values (?, ?, ?)
on conflict (staff) do update set failures = excluded.failures, until = excluded.until

-- name: unspelled
-- Names that the finder can't yet find by their initials.
select id, name from person where id > (select spelled from finder) order by id limit ?

-- name: spell
update person set initials = ? where id = ?

-- name: spelled
update finder set spelled = ? where id = 1

-- name: queue_print
insert into print_queue (case_id, number, kind, count, paper, state, since) values (?, ?, ?, ?, ?, 'waiting', ?)

-- name: open_prints
select id, case_id, number, kind, count, paper, since, attempts, state, printer, sent_to, tried, reason, facts
from print_queue where state in ('waiting', 'sending', 'unsure') order by id limit ?

-- name: print_job
select id, case_id, number, kind, count, paper, since, attempts, state, printer, sent_to, tried, reason, facts
from print_queue where id = ?

-- name: prints_standing
-- Since when: those that nobody is printing at this moment.
select count(*), count(*) filter (where state = 'unsure'), coalesce(min(since), '')
from print_queue where state in ('waiting', 'sending', 'unsure')

-- name: print_begins
update print_queue set state = 'sending', sent_to = ?, tried = ?, attempts = attempts + 1
where id = ? and state = 'waiting'

-- name: at_hand
-- Papers of which nobody can say that they are out, and forms that nobody has finished or put aside.
select (select count(*) from print_queue where state in ('waiting', 'sending', 'unsure')), (select count(*) from draft)

-- name: print_done
-- The paper is out: its bytes are of no more use, the line stays for the evening's count.
update print_queue set state = 'printed', file = ?, paper = x'', reason = '', facts = '{}' where id = ?

-- name: print_stopped
update print_queue set state = ?, reason = ?, facts = ? where id = ? and state in ('waiting', 'sending')

-- name: print_chosen
update print_queue set printer = ?, reason = '', facts = '{}' where id = ? and state = 'waiting'

-- name: print_settled
update print_queue set state = ?, settled_by = ?, settled_at = ?, note = ?, paper = x''
where id = ? and state in ('waiting', 'unsure')

-- name: clear_guide
delete from guide_item

-- name: keep_guide
insert into guide_item (code, name, bytes) values (?, ?, ?)

-- name: guide
select bytes from guide_item order by code

-- name: setting
select value from meta where key = ?

-- name: keep_setting
insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value

-- name: guide_item
select bytes from guide_item where code = ?

-- name: own_day
-- What is counted at the end of a day; no state where the log has it.
select f.case_id, o.state, f.bytes from fact f left join outbox o
on o.state not in ('passed', 'resolved') and o.case_id = f.case_id and o.fact = f.n
where f.type in ('received', 'printed') and f.at >= ? and f.at < ? order by f.at

-- name: own_row
-- Where what a paper tells is, while it is not settled: the judgement that it names, else the receipt of its case.
select o.state from outbox o join fact f on f.n = o.fact
where o.state not in ('passed', 'resolved') and o.case_id = ?2 and (f.id = ?1 or (?1 = '' and f.type = 'received'))
limit 1

-- name: at_printer
-- What is on record as printed and is not out, or was given up on that day.
select case_id, kind, 'at_printer' from print_queue where state in ('waiting', 'sending', 'unsure') and case_id <> ''
union all
select case_id, kind, 'dropped' from print_queue where state = 'dropped' and case_id <> '' and since >= ?1 and since < ?2
limit ?3
