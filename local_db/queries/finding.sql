-- Lists and searches for the screens and the command line. Pages go by key, never by offset.

-- name: by_number
-- A number may be doubled by a clone until the hall has renumbered one of them (S27); old numbers are aliases.
select case_id from shown where number = ?1 union select case_id from alias where alias = ?1

-- name: row
select case_id, number, item, module, state, applicant_name, applicant_id, received_at, body
from shown where case_id = ?

-- name: unsent
select 1 from outbox where state not in ('passed', 'resolved') and case_id = ? and state in ('committed', 'sent') limit 1

-- name: cases
-- Newest first, those before a key.
select case_id, number, item, module, state, applicant_name, applicant_id, received_at, body
from shown
where (?1 = '' or state = ?1) and (?2 = '' or module = ?2) and received_at >= ?3 and (received_at, case_id) < (?4, ?5)
order by received_at desc, case_id desc limit ?6

-- name: recent_items
select item from shown order by received_at desc, case_id desc limit ?

-- name: queue
-- What waits at one post, oldest first, those after a key.
select p.received_at, p.case_id, p.step, s.number, s.item, s.module, s.state, s.applicant_name, s.applicant_id,
    s.body
from place p join shown s on s.case_id = p.case_id
where p.post = ?1 and (p.received_at, p.case_id, p.step) > (?2, ?3, ?4)
order by p.received_at, p.case_id, p.step limit ?5

-- name: queue_length
select count(*) from place where post = ?

-- name: same_open_case
select case_id from shown where applicant_id = ? and item = ?
    and state in (
        'received', 'awaiting_supplement', 'supplement_partly', 'accepted', 'suspended', 'forwarded', 'decided',
        'certified', 'delivered'
    ) order by received_at limit ?

-- name: open_twice
-- Of whom several open cases of one item are here. Only open ones are in the index.
select applicant_id, item from shown indexed by shown_open where applicant_id <> '' and state in (
    'received', 'awaiting_supplement', 'supplement_partly', 'accepted', 'suspended', 'forwarded', 'decided',
    'certified', 'delivered'
) group by applicant_id, item having count(*) > 1

-- name: of_applicant
-- Newest first.
select case_id from shown where applicant_id = ? order by received_at desc, case_id desc limit ?

-- name: of_agent
select case_id from agent where code = ?

-- name: person_named
-- The newest name under an identity number.
select name, kind from person where code = ? order by id desc limit 1

-- name: count_of_applicant
select count(*) from shown where applicant_id = ?

-- name: number_begins
select case_id from shown where number >= ?1 and number < ?1 || ':' order by number desc limit ?2

-- name: number_ends
-- By the end of the number or its short form: the last six digits it may have (a JSON list) by index, then the pattern.
select case_id from shown where substr(number, -6) in (select value from json_each(?1)) and number like ?2
order by number desc limit ?3

-- name: alias_begins
-- Numbers that a case had before it was renumbered.
select case_id from alias where alias >= ?1 and alias < ?1 || ':' limit ?2

-- name: alias_like
select case_id from alias where alias like ? limit ?

-- name: reprints
-- The receipt was handed out under a number that another case had, too.
select case_id, number, item, module, state, applicant_name, applicant_id, received_at, body
from shown where reprint = 1 order by received_at, case_id limit ?

-- name: of_item
-- The newest cases of an item.
select case_id from shown where item = ? order by received_at desc, case_id desc limit ?

-- name: people_by_words
-- The quoted phrase of split characters: 0.1 ms over a million names, where a trigram finds no name of two characters.
select p.code, p.name from person_words w join person p on p.id = w.rowid where person_words match ? limit ?

-- name: people_unindexed
-- The newest names, which the index does not reach yet.
select code, name from person where id > (select indexed from finder) and instr(' ' || words || ' ', ?) > 0 limit ?

-- name: people_by_initials
select code, name from person where initials <> '' and initials >= ?1 and initials < ?1 || '{' order by initials limit ?2

-- name: history
-- What the log has of a case, and the own facts it has not passed: log first, own after it.
select bytes, kind from entry where case_id <> '' and case_id = ? and kind = 'fact' order by seq

-- name: own_of_case
select o.local_seq, o.state, f.bytes, o.verdict from outbox o join fact f on f.n = o.fact
where o.state not in ('passed', 'resolved') and o.case_id = ? order by o.local_seq

-- name: hole
select hole from confirmed where case_id = ?

-- name: need_update
-- The second bit of `hole`: an entry that this program can't read.
select count(*) from confirmed where hole >= 2

-- name: tray
-- What a person must settle, oldest first; what an own resolution is on its way for is left out, until that is
-- refused, given up, or in the log: what waits then waits anew.
select t.bytes from tray t where t.settled = '' and not exists (
    select 1 from resolution r join outbox o on o.local_seq = r.local_seq
    where r.fact_id = t.fact_id and o.state in ('committed', 'sent', 'accepted')
) order by t.since, t.fact_id limit ?

-- name: queue_spot
-- Who sits at the counter and waits for a decision: above all others.
select p.received_at, p.case_id, p.step, s.number, s.item, s.module, s.state, s.applicant_name, s.applicant_id,
    s.body
from place p join shown s on s.case_id = p.case_id
where p.post = ? and p.spot = 1 order by p.received_at, p.case_id, p.step limit ?

-- name: of_root
-- The cases of one bundle or stage: the first has the root's own id.
select case_id from (
    select case_id, number from shown where case_id = ?1
    union select case_id, number from shown where root = ?1 and root <> case_id
) order by number

-- name: of_visit
-- What one visitor has applied for.
select case_id from shown where visit = ? and visit <> '' order by number

-- name: checks
-- Cases that wait for a source's word, oldest first.
select case_id from shown where checks = 1 order by received_at, case_id limit ?

-- name: recalls
-- Cases with a paper that somebody has to give back, oldest first.
select case_id from shown where recalls > 0 order by received_at, case_id limit ?

-- name: prefile_by_code
select body from prefile where code = ? order by touched desc, case_id

-- name: prefile_by_id
select body from prefile where case_id = ?

-- name: prefiles
-- Those that nobody has taken in yet.
select body from prefile
where state not in ('received', 'closed') and (? = '' or applicant_id = ? or applicant_name like ?)
order by touched desc, case_id limit ?

-- name: of_clerk
-- Her own cases, newest first.
select case_id, number, item, module, state, applicant_name, applicant_id, received_at, body
from shown where clerk = ?1 and clerk <> '' order by received_at desc, case_id desc limit ?2

-- name: prefiles_of_clerk
-- Those that she opened and nobody has taken in yet.
select body from prefile where clerk = ?1 and clerk <> '' and state not in ('received', 'closed') order by touched desc, case_id limit ?2

-- name: applicants_of_clerk
-- For whom she has taken something in, the newest first: how many cases, how many of them are open, the last one.
select applicant_id, max(applicant_name), (select kind from person where code = applicant_id limit 1), count(*),
    sum(state in (select value from json_each(?2))), max(received_at)
from shown where clerk = ?1 and clerk <> '' and applicant_id <> ''
group by applicant_id order by max(received_at) desc limit ?3
