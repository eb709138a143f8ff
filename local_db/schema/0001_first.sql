-- The first schema of a terminal's memory. `terminal.sql` explains each table; a test holds the two alike.

create table meta (key text primary key, value text not null) without rowid;
create table standing (
    id integer primary key check (id = 1), epoch integer not null, cursor integer not null, chain text not null,
    acked integer not null default 0, head blob, head_seq integer not null default 0, frozen text not null default '',
    trouble text not null default '', contact text not null default '', offset_ms integer,
    contact_local text not null default '', contact_mono real not null default 0
);
create table fact (
    n integer primary key, id text not null unique, bytes blob not null, hash text not null, type text not null,
    case_id text not null, root text not null, group_id text not null, group_index integer not null,
    group_size integer not null, at text not null
);
create trigger fact_is_never_changed before update on fact begin select raise(abort, 'facts are append-only'); end;
create trigger fact_is_never_dropped before delete on fact begin select raise(abort, 'facts are append-only'); end;
create table outbox (
    local_seq integer primary key, incarnation text not null, prev text not null, hash text not null,
    fact integer not null references fact (n), case_id text not null, state text not null,
    attempts integer not null default 0, sent_at text not null default '', stub text not null default '', verdict blob,
    revision integer not null default 0, entry integer not null default 0
);
create index outbox_unsettled on outbox (case_id, local_seq, state) where state not in ('passed', 'resolved');
create trigger outbox_envelope_is_never_changed before update of local_seq, incarnation, prev, hash, fact on outbox
begin select raise(abort, 'envelopes are append-only'); end;
create table resolution (fact_id text, local_seq integer, primary key (fact_id, local_seq)) without rowid;
create table entry (
    seq integer primary key, scope text not null, kind text not null, hash text not null, bytes blob not null,
    case_id text not null default '', fact_id text not null default ''
);
create index entry_case on entry (case_id, seq) where case_id <> '';
create trigger entry_is_never_changed before update on entry begin select raise(abort, 'entries are append-only'); end;
create table confirmed (
    case_id text primary key, root text not null, n integer not null, hole integer not null default 0, state blob
) without rowid;
create table shown (
    case_id text primary key, root text not null, number text not null, item text not null,
    module text not null, state text not null, applicant_name text not null, applicant_id text not null,
    received_at text not null, due_statutory text, due_promised text, updated text not null, body blob not null
) without rowid;
create index shown_number on shown (number);
create index shown_applicant on shown (applicant_id, item);
create index shown_received on shown (received_at, case_id);
create table place (
    post text, received_at text, case_id text, step text, primary key (post, received_at, case_id, step)
) without rowid;
create table alias (alias text, case_id text, primary key (alias, case_id)) without rowid;
create table person (
    id integer primary key, code text not null, name text not null, kind text not null, words text not null,
    initials text not null default ''
);
create unique index person_known on person (code, name);
create index person_initials on person (initials) where initials <> '';
create table finder (id integer primary key check (id = 1), indexed integer not null, spelled integer not null);
create virtual table person_words using fts5 (words, content = 'person', content_rowid = 'id', columnsize = 0);
create table tray (
    fact_id text primary key, case_id text not null, kind text not null, terminal text not null, since text not null,
    settled text not null, told integer not null, bytes blob not null
) without rowid;
create index tray_waiting on tray (since, fact_id) where settled = '';
create table staff (number text primary key, seq integer not null, bytes blob not null) without rowid;
create table terminal (number text primary key, seq integer not null, bytes blob not null) without rowid;
create table head (kind text, seq integer, version text not null, primary key (kind, seq)) without rowid;
create table wanted (sha256 text primary key) without rowid;
create table blob (sha256 text primary key, bytes blob not null);
create table guide_item (code text primary key, name text not null, bytes blob not null);
create table draft (
    case_id text primary key, owner text not null, data blob not null, field text not null, updated text not null
) without rowid;
create table ref (ref text primary key, number text not null, case_id text not null) without rowid;
create table print_queue (
    id integer primary key, case_id text not null, number text not null, kind text not null, count integer not null,
    paper blob not null, state text not null, since text not null, attempts integer not null default 0,
    reason text not null default '', file text not null default ''
);
create index print_waiting on print_queue (id) where state = 'waiting';
create table lockout (staff text primary key, failures integer not null, until text not null) without rowid;
create table day_counter (day text primary key, counter integer not null) without rowid;
