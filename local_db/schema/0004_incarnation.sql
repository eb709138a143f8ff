-- A new incarnation over an old memory (S27): who this terminal was before, and the envelopes that it had sealed then.
-- Expand only.

-- Former identities, in the order in which they were given up.
create table incarnation (
    n integer primary key, terminal text not null, incarnation text not null, first integer not null,
    last integer not null, head text not null, unique (terminal, incarnation)
);

-- Their envelopes. again: where the present incarnation sealed the same fact once more; 0 where the log had passed it.
create table former (
    terminal text, incarnation text, local_seq integer, prev text not null, hash text not null,
    fact integer not null references fact (n), again integer not null default 0,
    primary key (terminal, incarnation, local_seq)
) without rowid;
create index former_fact on former (fact);

-- Cases whose receipt has to be printed again under another number (S27).
alter table shown add column reprint integer not null default 0;
create index shown_reprint on shown (received_at, case_id) where reprint = 1;
