-- The tray beyond this terminal: bytes of refused facts of others, fetched from the hall when somebody opens them (S16);
-- and cases with a paper that somebody has to give back (S15). Expand only.

create table kept (fact_id text primary key, case_id text not null, bytes blob not null) without rowid;

-- recalls: how many papers of the case are called back and not yet here.
alter table shown add column recalls integer not null default 0;
create index shown_recalls on shown (received_at, case_id) where recalls > 0;
