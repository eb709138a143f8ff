-- Scopes that come and go (S7). Expand only.

-- place: up to where what is here of a scope that is given up is let go.
alter table scope_here add column place integer not null default 0;

-- A scope that was given to this terminal: its entries up to `upto` are asked for from the beginning on.
-- phase: pull, fold. place, chain: up to where they are here.
create table scope_fill (
    scope text primary key, upto integer not null, place integer not null default 0, chain text not null,
    phase text not null default 'pull'
) without rowid;

-- Cases that such entries spoke of, to be folded anew.
create table scope_case (case_id text primary key) without rowid;
