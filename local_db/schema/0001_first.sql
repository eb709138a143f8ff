-- The first schema of a terminal's memory, table by table. What comes later is a numbered file of its own beside this
-- one: forward only, expand first; a file that was handed out is not edited any more.

-- Who this terminal is: hall, region, hall_name, hall_key, terminal, incarnation; settings of this machine.
create table meta (key text primary key, value text not null) without rowid;

-- Where it stands in the hall's log (S18, S24), and the evidence for its clock (S29). One row.
-- acked: the highest local_seq without a gap that the hall holds. contact_mono: seconds of this boot.
create table standing (
    id integer primary key check (id = 1), epoch integer not null, cursor integer not null, chain text not null,
    acked integer not null default 0, head blob, head_seq integer not null default 0, frozen text not null default '',
    trouble text not null default '', contact text not null default '', offset_ms integer,
    contact_local text not null default '', contact_mono real not null default 0
);

-- What was done here: the exact bytes, for ever (S1). The other columns are read from them once.
create table fact (
    n integer primary key, id text not null unique, bytes blob not null, hash text not null, type text not null,
    case_id text not null, root text not null, group_id text not null, group_index integer not null,
    group_size integer not null, at text not null
);
create trigger fact_is_never_changed before update on fact begin select raise(abort, 'facts are append-only'); end;
create trigger fact_is_never_dropped before delete on fact begin select raise(abort, 'facts are append-only'); end;

-- The envelope of each fact, and what became of it (S2, S6; the states are drawn in casework.outbox).
create table outbox (
    local_seq integer primary key, incarnation text not null, prev text not null, hash text not null,
    fact integer not null references fact (n), case_id text not null, state text not null,
    attempts integer not null default 0, sent_at text not null default '', stub text not null default '', verdict blob,
    revision integer not null default 0, entry integer not null default 0
);
-- Small, because settled rows are not in it: the overlay of a case, and what waits.
create index outbox_unsettled on outbox (case_id, local_seq, state) where state not in ('passed', 'resolved');
create trigger outbox_envelope_is_never_changed before update of local_seq, incarnation, prev, hash, fact on outbox
begin select raise(abort, 'envelopes are append-only'); end;

-- Which own resolve.* fact names which refused fact (S15).
create table resolution (fact_id text, local_seq integer, primary key (fact_id, local_seq)) without rowid;

-- The hall's log as it was pulled, byte for byte; a hidden entry has kind '' (S7, S21).
create table entry (
    seq integer primary key, scope text not null, kind text not null, hash text not null, bytes blob not null,
    case_id text not null default '', fact_id text not null default ''
);
create index entry_case on entry (case_id, seq) where case_id <> '';
create trigger entry_is_never_changed before update on entry begin select raise(abort, 'entries are append-only'); end;

-- The fold of the log, per case. n: the case's own count; hole: an entry of it is missing here, its history is at the
-- hall (S21). state is null until `received` has been seen.
create table confirmed (
    case_id text primary key, root text not null, n integer not null, hole integer not null default 0, state blob
) without rowid;

-- What the screens show: confirmed, and on top of it the own facts that the log has not yet passed (S6, S19).
create table shown (
    case_id text primary key, root text not null, number text not null, item text not null,
    module text not null, state text not null, applicant_name text not null, applicant_id text not null,
    received_at text not null, updated text not null, body blob not null
) without rowid;
create index shown_number on shown (number);
create index shown_applicant on shown (applicant_id, item);
create index shown_received on shown (received_at, case_id);

-- One row for each open step, at the post whose queue shows it, in the order of the queue.
create table place (
    post text, received_at text, case_id text, step text, primary key (post, received_at, case_id, step)
) without rowid;

-- Old numbers of renumbered cases (S27).
create table alias (alias text, case_id text, primary key (alias, case_id)) without rowid;

-- People and firms by name: words holds the characters split by spaces, because a trigram index finds no name of two
-- characters; a search asks for a quoted phrase. finder: up to which person the index reaches, and up to which one the
-- initials are spelled; the few names behind are looked through one by one, so a save writes no index of words.
create table person (
    id integer primary key, code text not null, name text not null, kind text not null, words text not null,
    initials text not null default ''
);
create unique index person_known on person (code, name);
create index person_initials on person (initials) where initials <> '';
create table finder (id integer primary key check (id = 1), indexed integer not null, spelled integer not null);
create virtual table person_words using fts5 (words, content = 'person', content_rowid = 'id', columnsize = 0);

-- What a person must settle (S16). told: 1 when the hall's own entry was seen, 0 while only the verdict is known.
create table tray (
    fact_id text primary key, case_id text not null, kind text not null, terminal text not null, since text not null,
    settled text not null, told integer not null, bytes blob not null
) without rowid;
create index tray_waiting on tray (since, fact_id) where settled = '';

-- Roster, terminals, catalogue and calendar heads: projections of the entries of scope `hall` (S10).
create table staff (number text primary key, seq integer not null, bytes blob not null) without rowid;
create table terminal (number text primary key, seq integer not null, bytes blob not null) without rowid;
create table head (kind text, seq integer, version text not null, primary key (kind, seq)) without rowid;

-- Versions of catalogue and calendar by hash (S33), and those that were named.
create table wanted (sha256 text primary key) without rowid;
create table blob (sha256 text primary key, bytes blob not null);

-- A district's own list: to be found and shown, never opened, never sent.
create table guide_item (code text primary key, name text not null, bytes blob not null);

-- Unfinished forms (S22). Another person at this window does not see them.
create table draft (
    case_id text primary key, owner text not null, data blob not null, field text not null, updated text not null
) without rowid;

-- References of intake lines: one seen before prints the old number.
create table ref (ref text primary key, number text not null, case_id text not null) without rowid;

-- Papers on their way to a printer. state: waiting, printed.
create table print_queue (
    id integer primary key, case_id text not null, number text not null, kind text not null, count integer not null,
    paper blob not null, state text not null, since text not null, attempts integer not null default 0,
    reason text not null default '', file text not null default ''
);
create index print_waiting on print_queue (id) where state = 'waiting';

-- Wrong PINs, kept over restarts. until: hall time.
create table lockout (staff text primary key, failures integer not null, until text not null) without rowid;

-- How many numbers were given on each day; the file in the user's state folder has it too, the larger wins (S27).
create table day_counter (day text primary key, counter integer not null) without rowid;
