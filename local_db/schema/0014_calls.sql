-- Calls from window to person: come to window 3. Expand only.
create table call (
    id text primary key, staff text not null, terminal text not null, number text not null, made_by text not null,
    made_at text not null, answered_by text not null default '', answered_at text not null default ''
) without rowid;
create index call_to on call (staff, made_at);
create index call_by on call (made_by, made_at);
create index fact_called on fact (n) where type in ('called', 'call.answered');
