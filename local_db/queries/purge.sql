-- What leaves this memory after its days (S21), case by case and slice by slice.

-- name: contact
select contact, cursor, floor from standing

-- name: under_way
select 1 from bootstrap

-- name: aged
-- What was shown here behind the sparse part of the copy, in order: hidden entries have no time of their own.
select seq, bytes from entry where seq > ? and seq <= ? and kind <> '' order by seq limit ?

-- name: thin
-- Places of hidden entries, and verdicts of what is settled.
delete from entry where seq > ?1 and seq <= ?2 and (
    kind = '' or (kind = 'verdict' and not exists (
        select 1 from outbox o join fact f on f.n = o.fact
        where o.state not in ('passed', 'resolved') and f.id = entry.fact_id
    ))
)

-- name: over
-- Cases on which nobody has to act, touched last before a moment.
select touched, case_id from confirmed
where ended = 1 and touched < ?1 and (touched, case_id) > (?2, ?3) order by touched, case_id limit ?4

-- name: newest
select coalesce(max(seq), 0) from entry where case_id <> '' and case_id = ?

-- name: waits
-- Own facts that nobody has settled, and what a person must settle.
select exists (select 1 from outbox where state not in ('passed', 'resolved') and case_id = ?1)
    or exists (select 1 from tray where case_id = ?1 and settled = '')
    or exists (select 1 from print_queue where case_id = ?1 and state in ('waiting', 'sending', 'unsure'))

-- name: drop_entries
delete from entry where case_id <> '' and case_id = ?

-- name: drop_confirmed
delete from confirmed where case_id = ?

-- name: drop_tray
delete from tray where case_id = ?

-- name: people_of_code
-- Names of somebody of whom no case is left.
select id, words from person where code = ?1 and not exists (select 1 from shown where applicant_id = ?1)

-- name: indexed
select indexed from finder

-- name: unindex
insert into person_words (person_words, rowid, words) values ('delete', ?, ?)

-- name: drop_person
delete from person where id = ?

-- name: finder_ends
-- The place of the last one is given to the next newcomer, whom neither index nor initials know.
update finder set
    indexed = min(indexed, (select coalesce(max(id), 0) from person)),
    spelled = min(spelled, (select coalesce(max(id), 0) from person))
