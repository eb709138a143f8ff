-- What the whole trade needs: cases by visit and by root, checks that wait for a source, the on-the-spot lane, prefiles.
-- Expand only: what 0001 wrote is still read, and the projections are folded anew once.

alter table shown add column visit text not null default '';
alter table shown add column checks integer not null default 0;
create index shown_visit on shown (visit) where visit <> '';
create index shown_root on shown (root) where root <> case_id;
create index shown_checks on shown (received_at, case_id) where checks = 1;

-- spot: the applicant sits and waits for the decision; such a case stands above all others of the queue.
alter table place add column spot integer not null default 0;
create index place_spot on place (post, received_at, case_id, step) where spot = 1;

-- Applications before their number, by the short code on the list that the applicant took home.
create table prefile (
    case_id text primary key, code text not null, item text not null, state text not null, applicant_name text not null,
    applicant_id text not null, touched text not null, body blob not null
) without rowid;
create index prefile_code on prefile (code);
create index prefile_touched on prefile (state, touched);
create index prefile_applicant on prefile (applicant_id) where applicant_id <> '';
