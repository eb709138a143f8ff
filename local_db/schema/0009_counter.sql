-- What the counter asks while somebody waits: agents who were here, and what a window did on a day.

-- The newest case that an agent brought, by her identity number; from it her name and her telephone are proposed.
create table agent (code text primary key, case_id text not null, received_at text not null) without rowid;

-- The end of the day: what was taken in and what was printed.
create index fact_counted on fact (at) where type in ('received', 'printed');
