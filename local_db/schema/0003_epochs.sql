-- A hall that may have lost the end of its log (S24, S25): what this terminal can prove, and where it stands anew.

-- Heads with the hall's signature, at ends of pages: never far apart, so that what lies between can be shown again.
create table kept_head (seq integer primary key, bytes blob not null);

-- renewed: 1 from entering another epoch until its first page: then the hall's mark of own envelopes may be lower.
alter table standing add column renewed integer not null default 0;
