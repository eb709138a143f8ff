-- Where the log had what a former number had brought: what a restored hall has forgotten of it is sent again, also where
-- its entry has gone with its module or its case (S25, S27).
alter table former add column entry integer not null default 0;
