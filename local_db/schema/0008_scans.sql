-- Scanned papers (S35), whose bytes are files in `scans/`. here: all of it lies there. wanted: since when somebody waits for
-- one that is at the hall. epoch: the hall's, in which it said that it has all of it; 0 while it is still to be sent. held:
-- how much the other end had by its last word (of one that is fetched: how much has come). trouble: why it is not on its way.

create table scan (
    n integer primary key, sha256 text not null unique, size integer not null, media text not null,
    here integer not null, wanted text not null default '', epoch integer not null default 0,
    held integer not null default 0, trouble text not null default ''
);
create index scan_to_send on scan (epoch, n) where here = 1;
create index scan_wanted on scan (n) where wanted <> '';
