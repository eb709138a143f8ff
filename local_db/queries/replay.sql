-- From the log and the own facts to what the screens show.

-- name: confirmed
select root, n, hole, state from confirmed where case_id = ?

-- name: keep_confirmed
insert into confirmed (case_id, root, n, hole, state, ended, touched) values (?, ?, ?, ?, ?, ?, ?)
on conflict (case_id) do update set root = excluded.root, n = excluded.n, hole = excluded.hole, state = excluded.state,
    ended = excluded.ended, touched = excluded.touched

-- name: overlay
-- The own facts of a case that the log has not passed and nobody gave up, in the order they were made.
select o.state, f.type, f.bytes from outbox o join fact f on f.n = o.fact
where o.state not in ('passed', 'resolved') and o.case_id = ?
order by o.local_seq

-- name: closed_unseen
-- By what own word a prefile was closed that goes on where this window does not see it: here it stays closed.
select o.entry, f.bytes from outbox o join fact f on f.n = o.fact
where o.state = 'passed' and o.case_id = ? and f.type = 'prefile.closed'
    and not exists (select 1 from entry e where e.seq = o.entry and e.kind <> '')
order by o.entry

-- name: shown
select body from shown where case_id = ?

-- name: keep_shown
insert into shown (
    case_id, root, number, item, module, state, applicant_name, applicant_id, received_at, updated, visit, checks,
    reprint, recalls, checked_at, first, looks, decided_at, asks, terms, measured, clerk, body
) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
on conflict (case_id) do update set root = excluded.root, number = excluded.number, item = excluded.item,
    module = excluded.module, state = excluded.state, applicant_name = excluded.applicant_name,
    applicant_id = excluded.applicant_id, received_at = excluded.received_at, updated = excluded.updated,
    visit = excluded.visit, checks = excluded.checks, reprint = excluded.reprint, recalls = excluded.recalls,
    checked_at = excluded.checked_at, first = excluded.first, looks = excluded.looks, decided_at = excluded.decided_at,
    asks = excluded.asks, terms = excluded.terms, measured = 1,
    clerk = excluded.clerk, body = excluded.body

-- name: keep_alias
-- Old numbers find a case for ever (S27).
insert or ignore into alias (alias, case_id) values (?, ?)

-- name: drop_alias
-- It came with an own fact that was given up.
delete from alias where alias = ? and case_id = ?

-- name: drop_shown
delete from shown where case_id = ?

-- name: keep_place
-- With the clocks that run on it: put in later, the index of urgency would be written twice.
insert into place (post, received_at, case_id, step, spot, terms) values (?, ?, ?, ?, ?, ?)
on conflict (post, received_at, case_id, step) do update set terms = excluded.terms where terms <> excluded.terms

-- name: drop_place
delete from place where post = ? and received_at = ? and case_id = ? and step = ? and spot = ?

-- name: keep_person
insert into person (code, name, kind, words) values (?, ?, ?, ?) on conflict (code, name) do nothing

-- name: keep_agent
insert into agent (code, case_id, received_at) values (?, ?, ?)
on conflict (code) do update set case_id = excluded.case_id, received_at = excluded.received_at
where excluded.received_at >= agent.received_at

-- name: unindexed
-- How many names the index of words does not reach yet.
select (select coalesce(max(id), 0) from person) - indexed from finder

-- name: index_words
-- Fold the names behind the index into it.
insert into person_words (rowid, words) select id, words from person where id > (select indexed from finder)

-- name: indexed
update finder set indexed = (select coalesce(max(id), 0) from person) where id = 1

-- name: said_of_case
-- The facts of a case as the log has them up to a place (null: up to the cursor), in order.
select seq, bytes from entry where case_id <> '' and case_id = ?1 and kind = 'fact'
    and seq <= coalesce(?2, (select cursor from standing))
order by seq

-- name: full_bytes
-- A fact that the log has masked: made here, or fetched from the hall when somebody opened it.
select bytes from fact where id = ?1 union all select bytes from kept where fact_id = ?1 limit 1

-- name: keep_prefile
insert into prefile (case_id, code, item, state, applicant_name, applicant_id, touched, clerk, body)
values (?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (case_id) do update set code = excluded.code, item = excluded.item, state = excluded.state,
    applicant_name = excluded.applicant_name, applicant_id = excluded.applicant_id, touched = excluded.touched,
    clerk = excluded.clerk, body = excluded.body

-- name: drop_prefile
delete from prefile where case_id = ?

-- name: is_prefile
select 1 from prefile where case_id = ?

-- name: prefiles_among
-- Those of some cases that are, or by an own fact may be again, an application before its number.
select case_id from prefile where case_id in (select value from json_each(?1))
union
select o.case_id from outbox o join fact f on f.n = o.fact
where o.state not in ('passed', 'resolved') and o.case_id in (select value from json_each(?1)) and f.type glob 'prefile.*'
order by case_id
