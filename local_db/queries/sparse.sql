-- Up to where this copy of the log is sparse, and the chain there.

-- name: floor
select floor, (select value from meta where key = 'floor_chain') from standing

-- name: set_floor
update standing set floor = max(floor, ?) where id = 1

-- name: keep_chain
-- With the place that it is of: a program that does not know of it moves the floor alone.
insert into meta (key, value) values ('floor_chain', ?) on conflict (key) do update set value = excluded.value

-- name: head_before
-- The newest proven place from one to another, with its head.
select seq, bytes from kept_head where seq >= ? and seq <= ? order by seq desc limit 1

-- name: hashes
select hash from entry where seq > ? and seq <= ? order by seq

-- name: forget_chain
delete from meta where key = 'floor_chain'
