-- Beginning from the hall's snapshot, keeping what is needed and no more, and the scopes that this copy covers (S7, S21).
-- Expand only.

-- Up to `floor` the copy of the log is sparse: whole cases, what the hall says of no case, and the tray; no places of
-- hidden entries. Above it no entry is missing.
alter table standing add column floor integer not null default 0;

-- ended 1: nobody has to act on it any more. touched: when the hall took its newest entry in, or it was fetched.
alter table confirmed add column ended integer not null default 0;
alter table confirmed add column touched text not null default '';
update confirmed set
    ended = json_extract(cast(state as text), '$.state') in (
        'refused_at_intake', 'returned', 'withdrawn', 'terminated', 'transferred', 'void', 'revoked', 'closed'
    ),
    touched = coalesce((
        select json_extract(cast(e.bytes as text), '$.received_at') from entry e
        where e.case_id = confirmed.case_id and e.case_id <> '' order by e.seq desc limit 1
    ), '')
where state is not null;
create index confirmed_over on confirmed (touched, case_id) where ended = 1;
create index confirmed_hole on confirmed (case_id) where hole & 1;
create index tray_case on tray (case_id);

-- The scopes that this copy covers. state: held; going while what it has of one is let go.
create table scope_here (scope text primary key, state text not null) without rowid;
insert or ignore into scope_here (scope, state)
select s.value, 'held' from terminal t, json_each(cast(t.bytes as text), '$.scopes') s
where t.number = (select value from meta where key = 'terminal');

-- Entries go only where the copy is sparse, or where the same transaction says so first: of all scopes or of one, from
-- a place on (another epoch; a scope that is given up).
create table may_drop (first integer not null, scope text not null);
create trigger entry_is_dropped_by_the_purge_alone before delete on entry
when old.kind <> '' and old.seq > (select floor from standing)
    and not exists (select 1 from may_drop m where old.seq >= m.first and m.scope in ('', old.scope))
begin select raise(abort, 'entries are append-only'); end;

-- A bootstrap under way: where it leads, and how far it is. phase: fetch, sweep, entries, known, fill, tray, fold.
create table bootstrap (
    id integer primary key check (id = 1), epoch integer not null, seq integer not null, chain text not null,
    head blob not null, fold text not null, phase text not null, scope text not null default '',
    place integer not null default 0, mark text not null default ''
);
create table bootstrap_file (
    scope text primary key, sha256 text not null, size integer not null, proven integer not null default 0
) without rowid;
create table bootstrap_held (case_id text primary key) without rowid;
