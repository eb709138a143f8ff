-- A fresh memory from what was read of a damaged one (T42).

-- name: terminal
select value from meta where key = 'terminal'

-- name: newest
select count(*), max(at) from fact

-- name: keep_meta
insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value

-- name: begin
-- It stands nowhere in the log: everything comes by pull.
insert into standing (id, epoch, cursor, chain) values (1, ?, 0, ?)

-- name: finder
insert into finder (id, indexed, spelled) values (1, 0, 0)

-- name: keep_fact
insert or ignore into fact (n, id, bytes, hash, type, case_id, root, group_id, group_index, group_size, at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: keep_envelope
insert or ignore into outbox (local_seq, incarnation, prev, hash, fact, case_id, state)
select ?, ?, ?, ?, ?, case_id, 'committed' from fact where n = ?

-- name: keep_day
insert or ignore into day_counter (day, counter) values (?, ?)

-- name: keep_draft
insert or ignore into draft (case_id, owner, data, field, updated) values (?, ?, ?, ?, ?)

-- name: drop_taken_in
-- Forms of which the receipt is here: an older page of the file may still have them.
delete from draft where case_id in (select case_id from fact where type = 'received')

-- name: maybe_printed
-- What waited for a printer when the backup was made.
update print_queue set state = 'unsure', reason = ?, facts = '{}' where state in ('waiting', 'sending')
