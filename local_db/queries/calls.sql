-- Calls from window to person.

-- name: keep_call
insert into call (id, staff, terminal, number, made_by, made_at) values (?, ?, ?, ?, ?, ?)
on conflict (id) do update set staff = excluded.staff, terminal = excluded.terminal, number = excluded.number,
    made_by = excluded.made_by, made_at = excluded.made_at

-- name: keep_answer
-- The first answer counts; it may be heard before its call.
insert into call (id, staff, terminal, number, made_by, made_at, answered_by, answered_at)
values (?1, '', '', '', '', '', ?2, ?3)
on conflict (id) do update set answered_by = excluded.answered_by, answered_at = excluded.answered_at
where call.answered_at = ''

-- name: calls
select id, staff, terminal, number, made_by, made_at, answered_by, answered_at from call
where (staff = ?1 or made_by = ?1) and made_at >= ?2 order by made_at, id limit ?3

-- name: call
select id, staff, terminal, number, made_by, made_at, answered_by, answered_at from call where id = ? and made_at <> ''

-- name: own_calls
-- Of this terminal's own facts, in the order they were made.
select bytes from fact where type in ('called', 'call.answered') order by n
