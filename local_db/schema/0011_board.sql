-- What the board counts by, beside each case, so that no figure folds a case again; and calls from window to person.
-- Expand only. What was shown before, and what comes in bulk from the hall's snapshot, is measured in slices (measured 0).

-- checked_at, first, looks: the check of the papers at the counter. terms: the clocks that run, one text for cases that
-- stand alike. asks: what was asked for too late.
alter table shown add column checked_at text not null default '';
alter table shown add column first text not null default '';
alter table shown add column looks integer not null default 0;
alter table shown add column decided_at text not null default '';
alter table shown add column asks integer not null default 0;
alter table shown add column terms text not null default '';
alter table shown add column measured integer not null default 0;

-- The same order as before, and in it all that the board counts by day: it never reads a whole case.
drop index shown_received;
create index shown_received on shown (
    received_at, case_id, module, state, checked_at, first, looks, decided_at
);
create index shown_terms on shown (module, terms) where terms <> '';
create index shown_asks on shown (item, asks) where asks > 0;
create index shown_unmeasured on shown (case_id) where measured = 0;
